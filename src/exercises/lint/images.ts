import { parseAllDocuments } from 'yaml'
import { knownImages } from '../../cluster/known-images.ts'
import type { ScenarioStep } from '../feature.ts'
import type { Findings } from '../pack-error.ts'
import type { Read } from './read.ts'

/** A container's image, and the object that its Pods come from: `Deployment "shop/web"`. */
interface Used {
  readonly image: string
  readonly owner: string
}

const MEANT = /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull/

/** Images that no registry has here, unless a step says that this is the fault. */
export function unknownImages({ setup, checks }: Read, findings: Findings): void {
  const steps = [
    ...setup.flatMap((scenario) => scenario.steps),
    ...checks.flatMap((scenario) => scenario.steps.filter(({ type }) => type !== 'Outcome')),
  ]
  const declared = steps.flatMap(({ text }) => /^container image "([^"]+)" that behaves/.exec(text)?.[1] ?? [])
  const known = knownImages(declared.map((name) => ({ name })))
  const meant = steps.map(({ text }) => text).filter((text) => MEANT.test(text))
  const said = new Set<string>()
  for (const step of steps)
    for (const { image, owner } of usedIn(step)) {
      const name = owner.split(' ').at(-1)!
      if (known.has(image) || said.has(image) || meant.some((text) => text.includes(name))) continue
      said.add(image)
      const why = known.hasRepository(image) ? 'was never released' : 'is in no registry here'
      const be = owner.startsWith('Pod ') ? `${owner} is` : `at least 1 Pod of ${owner} is`
      findings.warning(
        step.place,
        `image "${image}" ${why} (docs/images.md), so its containers never start. Declare it, or, where that is the fault, say so in the set-up: And ${be} ImagePullBackOff`,
      )
    }
}

function usedIn({ text, docString }: ScenarioStep): readonly Used[] {
  const [, kind, name, image] = /^a (Deployment|Pod) "([^"]+)" of image "([^"]+)"/.exec(text) ?? []
  const [, owner, changed] = /^the image of container "[^"]*" in (\w+ "[^"]+") is changed to "([^"]+)"/.exec(text) ?? []
  return [
    ...(image === undefined ? [] : [{ image, owner: `${kind} "${name}"` }]),
    ...(changed === undefined ? [] : [{ image: changed, owner: owner! }]),
    ...(docString === undefined ? [] : inManifests(docString)),
  ]
}

interface ManifestLike {
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown }
}

function inManifests(docString: string): readonly Used[] {
  const used: Used[] = []
  const walk = (value: unknown, owner: string): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (/^(initC|c|ephemeralC)ontainers$/.test(key) && Array.isArray(inner))
        for (const { image } of inner as readonly { image?: unknown }[])
          if (typeof image === 'string') used.push({ image, owner })
      walk(inner, owner)
    }
  }
  try {
    for (const document of parseAllDocuments(docString, { logLevel: 'silent' })) {
      const manifest = 'toJS' in document ? (document.toJS({ maxAliasCount: 50 }) as ManifestLike | null) : null
      const { kind, metadata: { name, namespace } = {} } = manifest ?? {}
      walk(manifest, `${kind} "${namespace === undefined ? '' : `${namespace}/`}${name}"`)
    }
  } catch {
    // Not YAML: its step says so.
  }
  return used
}
