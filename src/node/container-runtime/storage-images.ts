import type { Program } from '../contract.ts'
import type { Repository } from './catalogue.ts'
import { binaries } from './programs/dispatch.ts'

/** What drivers of storage are made of. */
export type StorageProgram =
  | (typeof SIDECARS)[number]
  | 'disk-csi-driver'
  | 'local-path-provisioner'
  | 'dra-example-driver'

const SIDECARS = [
  'csi-provisioner',
  'csi-attacher',
  'csi-resizer',
  'csi-snapshotter',
  'snapshot-controller',
  'csi-node-driver-registrar',
] as const

const RELEASE = /^v\d+\.\d+\.\d+$/
const MB = 1_000_000

/** Images of CSI drivers, their sidecars, DRA drivers and local-path-provisioner. */
export function storageImages(
  programs: Readonly<Partial<Record<StorageProgram, Program>>>,
): readonly (readonly [string, Repository])[] {
  const image = (repository: string, name: StorageProgram, path: string, tags: RegExp, megabytes: number) => {
    const program = programs[name]
    if (program === undefined) return []
    const made = {
      sizeBytes: megabytes * MB,
      entrypoint: [path],
      program: binaries({ [path]: program, [path.split('/').at(-1)!]: program }),
    }
    return [[repository, { hasTag: (tag: string) => tags.test(tag), image: () => made }]] as const
  }
  return [
    ...SIDECARS.flatMap((name) => image(`registry.k8s.io/sig-storage/${name}`, name, `/${name}`, RELEASE, 30)),
    ...image('registry.k8s.io/cloud/disk-csi-driver', 'disk-csi-driver', '/bin/disk-csi-driver', /^v1\.0\.\d$/, 25),
    ...image(
      'registry.k8s.io/dra-example-driver/dra-example-driver',
      'dra-example-driver',
      '/usr/bin/dra-example-kubeletplugin',
      /^v0\.\d\.\d$/,
      60,
    ),
    ...image(
      'docker.io/rancher/local-path-provisioner',
      'local-path-provisioner',
      '/usr/bin/local-path-provisioner',
      /^(master-head|v0\.0\.[23]\d)$/,
      17,
    ),
  ]
}
