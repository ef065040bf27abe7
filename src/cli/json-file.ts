import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** @returns undefined when there is no such file, or what it holds is not JSON */
export function readJson<T>(file: string): T | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}

/** Written beside and renamed: a crash leaves the old file or the new one, never half of one. */
export function writeJson(file: string, value: unknown): void {
  replaceFile(file, `${JSON.stringify(value, null, 2)}\n`)
}

export function replaceFile(file: string, text: string): void {
  const made = `${file}.${process.pid}.new`
  try {
    writeFileSync(made, text, { mode: 0o600 })
    renameSync(made, file)
  } catch (error) {
    rmSync(made, { force: true })
    throw error
  }
}
