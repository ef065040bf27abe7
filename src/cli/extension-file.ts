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
  if (found.length > 0) return found
  throw new Failure(`--extension ${file} exports no extension: an object with a name and any of ${PARTS.join(', ')}`)
}

function isExtension(value: unknown): value is Extension {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as Extension).name === 'string' && PARTS.some((part) => part in value)
}
