import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Extension } from '../cluster/extension.ts'
import { Failure } from './failure.ts'
import { shareModules } from './user-modules.ts'

/** What an extension may consist of. */
const PARTS = ['images', 'controllers', 'schedulerPlugins', 'admissionPlugins', 'statecharts']

/**
 * The extensions that modules export, under whatever name.
 *
 * @throws {Failure} naming the file for one that is not there, does not load or exports none
 */
export async function loadExtensions(files: readonly string[]): Promise<readonly Extension[]> {
  if (files.length > 0) shareModules()
  const loaded: Extension[] = []
  for (const file of files) loaded.push(...(await extensionsOf(file)))
  return loaded
}

async function extensionsOf(file: string): Promise<readonly Extension[]> {
  if (!existsSync(file)) throw new Failure(`--extension ${file}: there is no such file`)
  const exported = await import(pathToFileURL(resolve(file)).href).catch((error: Error) => {
    throw new Failure(`--extension ${file}: ${error.message}`)
  })
  const found = Object.values(exported as object).filter(isExtension)
  for (const extension of found) refuseMisshapen(file, extension)
  if (found.length > 0) return found
  throw new Failure(`--extension ${file} exports no extension: an object with a name and any of ${PARTS.join(', ')}`)
}

/** JavaScript checks no types: what is handed over is looked at before the core relies on it. */
function refuseMisshapen(file: string, extension: Extension): void {
  for (const part of PARTS) {
    const value = extension[part as keyof Extension] as unknown
    if (value === undefined) continue
    const isRight = part === 'schedulerPlugins' ? isObject(value) : Array.isArray(value) && value.every(isObject)
    const wanted = part === 'schedulerPlugins' ? 'an object of factories by name' : 'a list of objects'
    if (!isRight) throw new Failure(`--extension ${file}: extension "${extension.name}": ${part} must be ${wanted}`)
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isExtension(value: unknown): value is Extension {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as Extension).name === 'string' && PARTS.some((part) => part in value)
}
