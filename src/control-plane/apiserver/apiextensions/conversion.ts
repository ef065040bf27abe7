import type { OutsideCall } from '../../../api/request.ts'
import type { CustomResourceDefinition, KubernetesObject } from '../../../api/types.ts'
import type { Server } from '../contract.ts'
import { ConversionFailure, NOT_JSON, postTo, urlOf, uuidOf } from '../outside.ts'
import { restoredMetadata } from './converted-metadata.ts'

/** Makes an object of another version of its definition. */
export type Convert = (object: KubernetesObject, apiVersion: string) => KubernetesObject

/** Seconds. Source: apiserver/pkg/util/webhook/client.go HookClient, client-go/rest defaults */
const TIMEOUT_SECONDS = 30

/** Another name for the version and nothing else. Source: apiextensions-apiserver/pkg/apiserver/conversion/nop_converter.go */
export const rename: Convert = (object, apiVersion) =>
  object.apiVersion === apiVersion ? object : { ...object, apiVersion }

/** How the versions of a definition become each other. Source: conversion/converter.go NewConverter */
export function converterOf(server: Server, crd: CustomResourceDefinition): Convert {
  if (!isConvertedOutside(crd)) return rename
  return (object, apiVersion) =>
    object.apiVersion === apiVersion ? object : new WebhookConversion(server, crd, object, apiVersion).result()
}

export function isConvertedOutside({ spec }: CustomResourceDefinition): boolean {
  return spec.conversion?.strategy === 'Webhook'
}

interface WireReview {
  readonly apiVersion?: string
  readonly kind?: string
  readonly response?: {
    readonly uid?: string
    readonly result?: { readonly status?: string; readonly message?: string }
    readonly convertedObjects?: readonly KubernetesObject[]
  } | null
}

/** One object on its way through a conversion webhook. Source: conversion/webhook_converter.go Convert */
class WebhookConversion {
  readonly #server: Server
  readonly #crd: CustomResourceDefinition
  readonly #object: KubernetesObject
  readonly #apiVersion: string

  constructor(server: Server, crd: CustomResourceDefinition, object: KubernetesObject, apiVersion: string) {
    this.#server = server
    this.#crd = crd
    this.#object = object
    this.#apiVersion = apiVersion
  }

  /** @throws ConversionFailure, NeedsOutside */
  result(): KubernetesObject {
    const { clientConfig, conversionReviewVersions } = this.#crd.spec.conversion!.webhook!
    const version = conversionReviewVersions.find((each) => each === 'v1' || each === 'v1beta1')
    if (version === undefined) throw new ConversionFailure('no supported conversion review versions')
    const call = this.#call(version)
    const answer = postTo(this.#server, this.#server.outcomes, call, clientConfig!.service)
    if ('error' in answer) throw this.#failure(`failed: ${answer.error}`)
    const objects = this.#converted(answer.body, answer.uid, version)
    if (objects.length !== 1) throw this.#failure(`returned ${objects.length} objects, expected 1`)
    return this.#checked(objects[0]!)
  }

  #call(version: string): OutsideCall {
    const { clientConfig } = this.#crd.spec.conversion!.webhook!
    const { managedFields: _, ...metadata } = this.#object.metadata
    const object = { ...this.#object, metadata }
    // What the server sets at the last moment makes no other question of it.
    const { name, generateName, namespace, uid: own, labels, annotations } = metadata
    const content = JSON.stringify({
      ...object,
      metadata: { name, generateName, namespace, uid: own, labels, annotations },
    })
    const uid = uuidOf(`${this.#crd.metadata.uid} ${this.#apiVersion} ${content}`)
    const request = { uid, desiredAPIVersion: this.#apiVersion, objects: [object] }
    const body = JSON.stringify({ kind: 'ConversionReview', apiVersion: `apiextensions.k8s.io/${version}`, request })
    const { caBundle } = clientConfig!
    const url = urlOf(clientConfig!, TIMEOUT_SECONDS)
    const key = `conversion/${this.#crd.metadata.name}/${uid}`
    return { key, uid, url, timeoutSeconds: TIMEOUT_SECONDS, body, ...(caBundle && { caBundle }) }
  }

  /** Source: webhook_converter.go getConvertedObjectsFromResponse */
  #converted(body: string, uid: string, version: string): readonly KubernetesObject[] {
    let review: WireReview
    try {
      review = JSON.parse(body) as WireReview
    } catch {
      throw this.#failure(`failed: ${NOT_JSON}`)
    }
    const { response, kind = '', apiVersion = '' } = review
    const expected = `apiextensions.k8s.io/${version}`
    if (version === 'v1' && (kind !== 'ConversionReview' || apiVersion !== expected))
      throw this.#failure(
        `failed: expected webhook response of ${expected}, Kind=ConversionReview, got ${kindText(apiVersion, kind)}`,
      )
    if (!response) throw this.#failure('failed: no response provided')
    if (version === 'v1' && response.uid !== uid)
      throw this.#failure(
        `failed: expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`,
      )
    const { status = '', message } = response.result ?? {}
    if (status !== 'Success')
      throw this.#failure(`failed: ${message || `response.result.status was '${status}', not 'Success'`}`)
    return response.convertedObjects ?? []
  }

  #checked(converted: KubernetesObject): KubernetesObject {
    const { apiVersion = '', kind = '' } = converted ?? {}
    const invalid = (why: string) => this.#failure(`returned invalid object at index 0: ${why}`)
    if (apiVersion !== this.#apiVersion)
      throw invalid(`invalid groupVersion (expected ${this.#apiVersion}, received ${apiVersion})`)
    if (kind !== this.#object.kind) throw invalid(`invalid kind (expected ${this.#object.kind}, received ${kind})`)
    const { metadata } = this.#object
    const own = converted.metadata ?? {}
    for (const [field, said] of [
      ['name', 'name'],
      ['namespace', 'namespace'],
      ['uid', 'UID'],
    ] as const) {
      const [was, is] = [metadata[field] ?? '', own[field] ?? '']
      if (was !== is) throw this.#failure(`returned invalid object: must have the same ${said}: ${was} != ${is}`)
    }
    const restored = restoredMetadata(metadata, converted.metadata)
    if (typeof restored === 'string') throw this.#failure(`returned invalid metadata: ${restored}`)
    return { ...converted, metadata: restored }
  }

  #failure(why: string): ConversionFailure {
    const { apiVersion, kind } = this.#object
    return new ConversionFailure(`conversion webhook for ${kindText(apiVersion, kind)} ${why}`)
  }
}

/** As Go prints a GroupVersionKind. */
const kindText = (apiVersion: string, kind: string) =>
  `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`
