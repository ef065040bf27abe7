import type { Network } from '../../network/contract.ts'
import type { Barrier } from '../../sim/barrier.ts'
import type { Image, Program } from '../contract.ts'
import type { DeclaredImage } from './declared-image.ts'
import { nvidiaDevicePlugin, sampleDevicePlugin } from './programs/device-plugin.ts'
import { binaries, type Fallback } from './programs/dispatch.ts'
import { ALPINE_RELEASE, DEBIAN_RELEASE, NGINX_FILES, NGINX_UNPRIVILEGED_FILES } from './programs/image-files.ts'
import { nginx, UNPRIVILEGED_SERVERS } from './programs/nginx.ts'
import { pause } from './programs/pause.ts'
import { agnhost, echo, helloApp, httpd, httpEcho, mysql, postgres, redis } from './programs/servers.ts'
import { shell, type Userland } from './programs/shell.ts'
import { hpaExample, stress, vishStress } from './programs/stress.ts'
import { type StorageProgram, storageImages } from './storage-images.ts'

/** A repository of a public registry: which tags it has, and what is in an image of it. */
export interface Repository {
  hasTag(tag: string): boolean
  image(tag: string): Omit<Image, 'name'>
}

/** Programs of the cluster itself, by binary; an image whose program is not given is in no registry. */
export type ClusterProgram =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'cloud-controller-manager'
  | 'kube-proxy'
  | 'coredns'
  | 'metrics-server'
  | 'prometheus-adapter'
  | StorageProgram

/** An image whose program is made elsewhere. */
export interface ProvidedImage extends Omit<Image, 'sizeBytes'> {
  /** Default 50 MB. */
  readonly sizeBytes?: number
}

export interface ImageCatalogueOptions {
  readonly network: Network
  readonly barrier: Barrier
  /** Images declared by the user; they come before the known ones. */
  readonly declared?: readonly DeclaredImage[]
  /** Images with programs from outside; they come before all others. */
  readonly provided?: readonly ProvidedImage[]
  readonly programs?: Readonly<Partial<Record<ClusterProgram, Program>>>
}

const MB = 1_000_000

export function knownRepositories(options: ImageCatalogueOptions): ReadonlyMap<string, Repository> {
  const known = new Map<string, Repository>()
  for (const [name, repository] of [
    ...clusterImages(options),
    ...storageImages(options.programs ?? {}),
    ...baseImages(options),
    ...serverImages(options),
    ...toolImages(options),
  ])
    known.set(name, repository)
  return known
}

type Entry = readonly [string, Repository]

/** What `kubeadm config images list` prints, and its neighbours. */
function clusterImages({ programs = {} }: ImageCatalogueOptions): readonly Entry[] {
  const release = (tag: string) => /^v1\.3[4-6]\.\d{1,2}$/.test(tag)
  const entries: Entry[] = [
    ['registry.k8s.io/pause', one(/^3\.\d+(\.\d+)?$|^latest$/, MB * 0.32, ['/pause'], binaries({ '/pause': pause }))],
  ]
  const add = (
    repository: string,
    program: Program | undefined,
    path: string,
    size: number,
    hasTag: (tag: string) => boolean,
  ) => {
    if (program === undefined) return
    const name = path.slice(path.lastIndexOf('/') + 1)
    entries.push([
      repository,
      {
        hasTag,
        image: () => ({ sizeBytes: size, entrypoint: [path], program: binaries({ [path]: program, [name]: program }) }),
      },
    ])
  }
  add('registry.k8s.io/kube-apiserver', programs['kube-apiserver'], '/usr/local/bin/kube-apiserver', 30 * MB, release)
  add(
    'registry.k8s.io/kube-controller-manager',
    programs['kube-controller-manager'],
    '/usr/local/bin/kube-controller-manager',
    25 * MB,
    release,
  )
  add('registry.k8s.io/kube-scheduler', programs['kube-scheduler'], '/usr/local/bin/kube-scheduler', 19 * MB, release)
  add(
    'registry.k8s.io/cloud-controller-manager',
    programs['cloud-controller-manager'],
    '/usr/local/bin/cloud-controller-manager',
    25 * MB,
    release,
  )
  add('registry.k8s.io/kube-proxy', programs['kube-proxy'], '/usr/local/bin/kube-proxy', 27 * MB, release)
  add('registry.k8s.io/etcd', programs.etcd, '/usr/local/bin/etcd', 23 * MB, (tag) =>
    /^3\.(5|6)\.\d{1,2}-\d$/.test(tag),
  )
  add('registry.k8s.io/metrics-server/metrics-server', programs['metrics-server'], '/metrics-server', 20 * MB, (tag) =>
    /^v0\.[78]\.\d$/.test(tag),
  )
  const adapter = 'registry.k8s.io/prometheus-adapter/prometheus-adapter'
  add(adapter, programs['prometheus-adapter'], '/adapter', 26 * MB, (tag) => /^v0\.1[0-2]\.\d$/.test(tag))
  add('registry.k8s.io/coredns/coredns', programs.coredns, '/coredns', 23 * MB, (tag) => /^v1\.1\d\.\d$/.test(tag))
  return entries
}

/** Images people run commands in. */
function baseImages(options: ImageCatalogueOptions): readonly Entry[] {
  const commands = (userland: Userland) => binaries({}, shell(userland, options))
  const base = (tags: RegExp, size: number, userland: Userland, release: string): Repository => ({
    hasTag: (tag) => tags.test(tag),
    image: () => ({
      sizeBytes: size,
      cmd: [userland === 'debian' ? 'bash' : 'sh'],
      env: { PATH },
      files: { '/etc/os-release': release, '/tmp/': '', '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n' },
      program: commands(userland),
    }),
  })
  const busybox = base(
    /^(latest|stable|glibc|musl|1(\.(2[4-9]|3[0-7])(\.\d)?)?(-(glibc|musl|uclibc))?)$/,
    2.2 * MB,
    'busybox',
    '',
  )
  const curl = base(/^(latest|\d|\d\.\d{1,2}(\.\d)?)$/, 9 * MB, 'curl', ALPINE_RELEASE)
  return [
    ['docker.io/library/busybox', busybox],
    ['registry.k8s.io/e2e-test-images/busybox', busybox],
    ['gcr.io/google-containers/busybox', busybox],
    [
      'docker.io/library/alpine',
      base(/^(latest|edge|3(\.(1\d|2[0-3])(\.\d{1,2})?)?)$/, 3.8 * MB, 'busybox', ALPINE_RELEASE),
    ],
    [
      'docker.io/library/debian',
      base(
        /^(latest|stable|stable-slim|1[0-3](-slim)?|(buster|bullseye|bookworm|trixie)(-slim)?)$/,
        49 * MB,
        'debian',
        DEBIAN_RELEASE,
      ),
    ],
    [
      'docker.io/library/ubuntu',
      base(/^(latest|(18|20|22|24)\.04|focal|jammy|noble)$/, 30 * MB, 'debian', DEBIAN_RELEASE),
    ],
    ['docker.io/curlimages/curl', curl],
    ['docker.io/library/curl', curl],
    ['docker.io/nicolaka/netshoot', base(/^(latest|v0\.\d+)$/, 190 * MB, 'busybox', ALPINE_RELEASE)],
    ['registry.k8s.io/e2e-test-images/jessie-dnsutils', base(/^1\.\d$/, 110 * MB, 'busybox', DEBIAN_RELEASE)],
  ]
}

/** Web servers and databases. */
function serverImages(options: ImageCatalogueOptions): readonly Entry[] {
  const server = serverOn(shell('debian', options))
  return [
    ['docker.io/library/nginx', nginxRepository(options)],
    ['docker.io/nginxinc/nginx-unprivileged', nginxRepository(options, true)],
    [
      'docker.io/library/httpd',
      server(/^(latest|alpine|2(\.4(\.\d{2})?)?(-alpine)?)$/, 60 * MB, ['httpd-foreground'], httpd, [], {
        '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
      }),
    ],
    [
      'docker.io/library/redis',
      server(/^(latest|alpine|[4-8](\.\d{1,2}){0,2}(-alpine|-bookworm)?)$/, 50 * MB, ['docker-entrypoint.sh'], redis, [
        'redis-server',
      ]),
    ],
    [
      'docker.io/library/mysql',
      server(
        /^(latest|lts|5\.[67](\.\d{2})?|8(\.\d(\.\d{1,2})?)?|9(\.\d(\.\d)?)?)$/,
        240 * MB,
        ['docker-entrypoint.sh'],
        mysql,
        ['mysqld'],
      ),
    ],
    [
      'docker.io/library/mariadb',
      server(/^(latest|lts|1[0-2](\.\d{1,2}){0,2})$/, 110 * MB, ['docker-entrypoint.sh'], mysql, ['mariadbd']),
    ],
    [
      'docker.io/library/postgres',
      server(/^(latest|alpine|1[0-8](\.\d{1,2})?(-alpine|-bookworm)?)$/, 155 * MB, ['docker-entrypoint.sh'], postgres, [
        'postgres',
      ]),
    ],
  ]
}

/** Images that answer who they are, and other tools of tutorials. */
function toolImages(options: ImageCatalogueOptions): readonly Entry[] {
  const server = serverOn(shell('busybox', options))
  return [
    ['docker.io/hashicorp/http-echo', server(/^(latest|0\.2\.3|1\.0(\.0)?|alpine)$/, 3 * MB, ['/http-echo'], httpEcho)],
    [
      'gcr.io/google-samples/hello-app',
      {
        hasTag: (tag) => /^[12]\.0$/.test(tag),
        image: (tag) => ({
          sizeBytes: 12 * MB,
          entrypoint: ['/hello-app'],
          program: binaries({ '/hello-app': helloApp(`${tag}.0`) }),
        }),
      },
    ],
    ['registry.k8s.io/echoserver', server(/^1\.(4|8|10)$/, 40 * MB, ['/echoserver'], echo(8080))],
    ['docker.io/ealen/echo-server', server(/^(latest|0\.\d\.\d)$/, 40 * MB, ['/echo-server'], echo(80))],
    ['docker.io/mendhak/http-https-echo', server(/^(latest|\d\d)$/, 40 * MB, ['/echo-server'], echo(8080))],
    ['docker.io/traefik/whoami', server(/^(latest|v1\.\d{1,2}(\.\d)?)$/, 3 * MB, ['/whoami'], echo(80))],
    ['docker.io/library/echo', server(/^(latest|\d)$/, 5 * MB, ['/echo'], echo(80))],
    [
      'registry.k8s.io/e2e-test-images/agnhost',
      server(/^2\.\d{1,2}(\.\d)?$/, 53 * MB, ['/agnhost'], agnhost, ['pause']),
    ],
    [
      'registry.k8s.io/e2e-test-images/sample-device-plugin',
      server(/^1\.\d$/, 20 * MB, ['/sampledeviceplugin'], sampleDevicePlugin),
    ],
    [
      'nvcr.io/nvidia/k8s-device-plugin',
      withDevices(server(/^v0\.1\d\.\d$/, 180 * MB, ['nvidia-device-plugin'], nvidiaDevicePlugin)),
    ],
    ['docker.io/polinux/stress', server(/^(latest|1\.0\.4)$/, 4 * MB, ['stress'], stress)],
    ['docker.io/progrium/stress', server(/^latest$/, 100 * MB, ['stress'], stress)],
    ['docker.io/alexeiled/stress-ng', server(/^(latest|0\.\d\d(\.\d\d)?)$/, 4 * MB, ['stress-ng'], stress)],
    ['docker.io/vish/stress', server(/^latest$/, 2 * MB, ['/stress'], vishStress)],
    ['registry.k8s.io/hpa-example', server(/^latest$/, 180 * MB, ['apache2-foreground'], hpaExample)],
    ['k8s.gcr.io/hpa-example', server(/^latest$/, 180 * MB, ['apache2-foreground'], hpaExample)],
  ]
}

/** Its containers see the devices of the machine. */
function withDevices(repository: Repository): Repository {
  return { ...repository, image: (tag) => ({ ...repository.image(tag), hostDevices: true }) }
}

function serverOn(userland: Fallback) {
  return (
    tags: RegExp,
    sizeBytes: number,
    entrypoint: string[],
    program: Program,
    cmd: string[] = [],
    files?: Image['files'],
  ): Repository => ({
    hasTag: (tag) => tags.test(tag),
    image: () => ({
      sizeBytes,
      entrypoint,
      cmd,
      env: { PATH },
      ...(files && { files }),
      program: binaries({ [entrypoint[0]!]: program, ...(cmd[0] !== undefined && { [cmd[0]]: program }) }, userland),
    }),
  })
}

/** Compilers of the Debian releases the official image was built on. */
function nginxRepository(options: ImageCatalogueOptions, unprivileged = false): Repository {
  const builds = new Map<string, Program>()
  const patch: Readonly<Record<number, number>> = {
    7: 9,
    14: 2,
    16: 1,
    18: 0,
    20: 2,
    22: 1,
    24: 0,
    25: 5,
    26: 3,
    27: 5,
    28: 0,
    29: 3,
  }
  const versionOf = (tag: string): string | undefined => {
    const match =
      /^(latest|mainline|stable|alpine|perl|1(?:\.(\d+)(?:\.(\d+))?)?)?(?:-?(?:alpine|perl|otel|bookworm|trixie|bullseye|slim|alpine-slim))*$/.exec(
        tag,
      )
    if (!match || tag === '') return undefined
    const minor = match[2] === undefined ? (tag.startsWith('stable') ? 28 : 29) : Number(match[2])
    if (minor < 7 || minor > 29) return undefined
    const last = patch[minor] ?? 10
    const wanted = match[3] === undefined ? last : Number(match[3])
    return wanted <= last ? `1.${minor}.${wanted}` : undefined
  }
  const program = (version: string): Program => {
    let build = builds.get(version)
    if (build === undefined) {
      const says = { version, compiler: 'gcc 14.2.0 (Debian 14.2.0-19)' }
      const main = nginx(options.network, says, unprivileged ? UNPRIVILEGED_SERVERS : undefined)
      build = binaries({ '/docker-entrypoint.sh': main, nginx: main }, shell('debian', options, { nginx: main }))
      builds.set(version, build)
    }
    return build
  }
  return {
    hasTag: (tag) => versionOf(tag) !== undefined,
    image: (tag) => ({
      sizeBytes: tag.includes('alpine') ? 20 * MB : 72 * MB,
      entrypoint: ['/docker-entrypoint.sh'],
      cmd: ['nginx', '-g', 'daemon off;'],
      env: { PATH, NGINX_VERSION: versionOf(tag)! },
      files: unprivileged ? NGINX_UNPRIVILEGED_FILES : NGINX_FILES,
      ...(unprivileged && { user: 101 }),
      program: program(versionOf(tag)!),
    }),
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function one(tags: RegExp, sizeBytes: number, entrypoint: readonly string[], program: Program): Repository {
  return { hasTag: (tag) => tags.test(tag), image: () => ({ sizeBytes, entrypoint, program }) }
}
