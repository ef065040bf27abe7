import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { KubernetesObject } from '../../api/types.ts'
import { nearestName } from '../explain/slips.ts'
import type { ObjectRef } from '../parameter-types.ts'
import { find } from '../pods.ts'
import { apply, done, parseManifests } from '../request.ts'
import { isIn } from '../states.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import { DEFAULT_WAIT_MS, type World } from '../world.ts'

/** What an add-on is waited for. */
const UP: Readonly<Record<string, string>> = {
  Deployment: 'Complete',
  DaemonSet: 'Complete',
  CustomResourceDefinition: 'Established',
}

/** Add-ons whose manifests have kinds that another one brings. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { 'csi-disk': ['snapshot-controller'] }

/** Add-ons whose images there are nowhere else, or which show what images declare. */
const MADE_UP: ReadonlySet<string> = new Set(['csi-disk', 'prometheus-adapter'])

/** What clusters have beside what kubeadm puts into them: the manifests that come with this package. */
export const addOnSteps: readonly StepDefinition[] = needing(
  (name) => (MADE_UP.has(name) ? 'images' : undefined),
  [
    step(
      'the add-on {string} is installed',
      {
        says: 'Applies its manifest and waits until it runs: `metrics-server` (for autoscalers and kubectl top), `local-path-storage` (the default StorageClass, of directories on nodes), `csi-disk` (disks of a cloud, StorageClass `disk`, and their snapshots), `prometheus-adapter`, `dra-example-driver`. `csi-disk` and `prometheus-adapter` are for the simulator only.',
        example: 'Given the add-on "metrics-server" is installed',
      },
      async (world: World, name: string) => {
        for (const each of [...(NEEDED[name] ?? []), name]) await install(world, each)
      },
    ),
  ],
)

async function install(world: World, name: string): Promise<void> {
  const objects = parseManifests(manifestOf(name), name)
  for (const object of objects) done(world, await apply(world, object))
  const isUp = ({ kind, metadata }: KubernetesObject) => {
    const state = UP[kind]
    const object = state === undefined ? undefined : find(world, { kind, ...metadata } as ObjectRef)
    return state === undefined || (object !== undefined && isIn(object, state))
  }
  await world.until(() => objects.every(isUp), DEFAULT_WAIT_MS)
}

/** @throws {SpecError} that names those there are */
function manifestOf(name: string): string {
  const directory = manifestsAbove(import.meta.dirname)
  const names = readdirSync(directory).map((file) => file.replace(/\.yaml$/, ''))
  if (names.includes(name)) return readFileSync(join(directory, `${name}.yaml`), 'utf8')
  const meant = nearestName(name, names)
  throw new SpecError(
    `there is no add-on "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`} There are ${names.join(', ')}`,
  )
}

/** Beside bin/ in this package, however deep this file was bundled. */
function manifestsAbove(directory: string): string {
  const manifests = join(directory, 'fixtures', 'manifests')
  return existsSync(manifests) && existsSync(join(directory, 'bin')) ? manifests : manifestsAbove(dirname(directory))
}
