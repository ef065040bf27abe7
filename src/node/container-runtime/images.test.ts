import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { httpRequest } from '../../network/http.ts'
import { createNetwork } from '../../network/index.ts'
import { Barrier } from '../../sim/barrier.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { createFileTree } from '../host/file-tree.ts'
import { mountTree } from '../host/mounts.ts'
import { createProcess } from '../process.ts'
import { knownRepositories } from './catalogue.ts'
import { type DeclaredImage, declaredImagesSchema } from './declared-image.ts'
import { declaredImages } from './declared-images-file.ts'
import { normalizeImageName, repositoryOf } from './image-name.ts'
import { createImageCatalogue } from './images.ts'

function world(declared: readonly DeclaredImage[] = []) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1))
  const network = createNetwork()
  network.addHost('worker-1', '192.168.0.1')
  network.addAddress('10.244.1.5', 'worker-1')
  const images = createImageCatalogue({ network, barrier: new Barrier(clock), declared })
  const log: string[] = []
  const exits: number[] = []
  const run = (
    name: string,
    options: {
      command?: string[]
      args?: string[]
      env?: Record<string, string>
      mounts?: Record<string, Record<string, string>>
    } = {},
  ) => {
    const image = images.find(name)!
    const argv = [
      ...(options.command ?? image.entrypoint ?? []),
      ...(options.args ?? (options.command ? [] : (image.cmd ?? []))),
    ]
    const files = mountTree([
      { path: '/', files: () => createFileTree(clock, image.files) },
      ...Object.entries(options.mounts ?? {}).map(([path, content]) => ({
        path,
        files: createFileTree(clock, content),
      })),
    ])
    const handle = createProcess({
      world: { clock, trace: { add() {} } },
      network,
      random: new Random(1),
      argv,
      env: options.env ?? {},
      files,
      host: 'worker-1',
      ip: '10.244.1.5',
      container: {
        name: 'c',
        volumeMounts: Object.keys(options.mounts ?? {}).map((mountPath) => ({ name: 'v', mountPath })),
      },
      log: (line) => log.push(line),
      onExit: (code) => exits.push(code),
    })
    const error = image.program.startError?.(argv, files)
    if (error === undefined) image.program.start(handle.process)
    clock.settle()
    return { handle, error, files }
  }
  const get = (url: string) =>
    httpRequest(network, { host: 'worker-1', ip: '192.168.0.1' }, url, () => 0, { headers: { 'user-agent': 'curl/8' } })
  return { clock, images, run, log, exits, get }
}

describe('the catalogue', () => {
  const { images } = world()
  test.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['nginx:1.27-alpine', 'docker.io/library/nginx:1.27-alpine'],
    ['nginx:stable-alpine', 'docker.io/library/nginx:stable-alpine'],
    ['nginx:1.14.2', 'docker.io/library/nginx:1.14.2'],
    ['busybox:1.28', 'docker.io/library/busybox:1.28'],
    ['curlimages/curl:8.5.0', 'docker.io/curlimages/curl:8.5.0'],
    ['redis:7-alpine', 'docker.io/library/redis:7-alpine'],
    ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.2'],
    ['registry.k8s.io/e2e-test-images/agnhost:2.53', 'registry.k8s.io/e2e-test-images/agnhost:2.53'],
  ])('%s is %s', (name, full) => {
    expect(images.find(name)?.name).toBe(full)
    expect(images.find(name)).toBe(images.find(full))
  })

  test.each(['nginx:1.999', 'nginx:lates', 'ngnix', 'example.com/nginx:1.27', 'registry.k8s.io/etcd:3.6.8-0'])(
    '%s does not exist',
    (name) => expect(images.find(name)).toBeUndefined(),
  )
})

describe('nginx', () => {
  test('serves the welcome page and logs each request', () => {
    const { run, get, log } = world()
    run('nginx:1.27')
    expect(get('http://10.244.1.5/')).toMatchObject({ status: 200, body: expect.stringContaining('Welcome to nginx!') })
    expect(get('http://10.244.1.5/x').outcome === 'answered' && get('http://10.244.1.5/x')).toMatchObject({
      status: 404,
    })
    expect(log).toContain('/docker-entrypoint.sh: Configuration complete; ready for start up')
    expect(log).toContain('2026/01/01 00:00:00 [notice] 1#1: nginx/1.27.5')
    expect(log).toContain('192.168.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 615 "-" "curl/8" "-"')
  })

  test('a page written into the container is served', () => {
    const { run, get } = world()
    run('nginx').files.write('/usr/share/nginx/html/index.html', 'mine')
    expect(get('http://10.244.1.5/')).toMatchObject({ body: 'mine' })
  })

  test('a mounted configuration decides', () => {
    const { run, get } = world()
    run('nginx', {
      mounts: {
        '/etc/nginx/conf.d': {
          '/app.conf':
            'server { listen 8080; location / { return 200 "hi from $remote_addr\\n"; } location = /healthz { return 204; } location /old { return 301 /new; } location /gone { return 410; } location /tea { return 418; } }',
        },
      },
    })
    expect(get('http://10.244.1.5/')).toMatchObject({ outcome: 'refused' })
    expect(get('http://10.244.1.5:8080/')).toMatchObject({ status: 200, body: 'hi from 192.168.0.1\n' })
    expect(get('http://10.244.1.5:8080/healthz')).toMatchObject({ status: 204 })
    expect(get('http://10.244.1.5:8080/old/x')).toMatchObject({ status: 301, headers: { location: '/new' } })
    expect(get('http://10.244.1.5:8080/gone')).toMatchObject({
      status: 410,
      body: expect.stringContaining('<center><h1>410 Gone</h1></center>'),
    })
    expect(get('http://10.244.1.5:8080/tea')).toMatchObject({ status: 418, body: '' })
  })

  test('-c names another configuration', () => {
    const { run, get, log } = world()
    const mounts = { '/etc/site': { '/nginx.conf': 'http { server { listen 8080; location / { return 204; } } }' } }
    run('nginx', { command: ['nginx'], args: ['-c', '/etc/site/nginx.conf', '-g', 'daemon off;'], mounts })
    expect(get('http://10.244.1.5:8080/')).toMatchObject({ status: 204 })
    run('nginx', { command: ['nginx'], args: ['-c', '/etc/site/other.conf'], mounts })
    expect(log.at(-1)).toBe('nginx: [emerg] open() "/etc/site/other.conf" failed (2: No such file or directory)')
  })

  test.each([
    ['server {\n  lisen 80;\n}\n', 'unknown directive "lisen" in /etc/nginx/conf.d/app.conf:2'],
    ['server {\n  listen 80;\n', 'unexpected end of file, expecting "}" in /etc/nginx/conf.d/app.conf:2'],
    ['server { listen 80 }', 'unexpected "}" in /etc/nginx/conf.d/app.conf:1'],
    [
      'server { location / { proxy_pass http://api:8080; } }',
      'host not found in upstream "api" in /etc/nginx/conf.d/app.conf:1',
    ],
  ])('a wrong configuration ends it: %j', (conf, message) => {
    const { run, exits, log } = world()
    run('nginx', { mounts: { '/etc/nginx/conf.d': { '/app.conf': conf } } })
    expect(exits).toEqual([1])
    expect(log.at(-1)).toBe(`nginx: [emerg] ${message}`)
  })
})

describe('commands without a shell', () => {
  test.each([
    [['sleep', '5'], 5000, 0],
    [['/bin/sleep', '1m'], 60_000, 0],
    [['sh', '-c', 'echo a; sleep 2 && exit 3'], 2000, 3],
    [['sh', '-c', 'false || echo b\nfalse'], 0, 1],
    [['true'], 0, 0],
  ])('%j ends after %i ms with %i', (command, ms, code) => {
    const { run, exits, clock } = world()
    run('busybox', { command })
    clock.advance(Math.max(0, ms - 1))
    if (ms > 0) expect(exits).toEqual([])
    clock.advance(1)
    expect(exits).toEqual([code])
  })

  test('files, loops and redirections', () => {
    const { run, clock, log, exits } = world()
    const { files } = run('busybox', {
      args: ['sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
    })
    expect(files.read('/tmp/healthy')).toBe('')
    clock.advance(30_000)
    expect(files.read('/tmp/healthy')).toBeUndefined()
    run('busybox', { command: ['cat', '/tmp/healthy'] })
    expect(log).toEqual(["cat: can't open '/tmp/healthy': No such file or directory"])
    expect(exits).toEqual([1])
    run('busybox', { command: ['sh', '-c', "while true; do date; echo 'x y' >> /tmp/out; sleep 10; done"] })
    clock.advance(25_000)
    expect(log.slice(1)).toEqual([
      'Thu Jan  1 00:00:30 UTC 2026',
      'Thu Jan  1 00:00:40 UTC 2026',
      'Thu Jan  1 00:00:50 UTC 2026',
    ])
  })

  test('the first process of a container does not end on SIGTERM', () => {
    const { run, exits, clock } = world()
    const { handle } = run('busybox', { command: ['sleep', 'infinity'] })
    handle.signal('SIGTERM')
    clock.advance(30_000)
    handle.kill()
    clock.settle()
    expect(exits).toEqual([137])
  })

  test.each([
    ['busybox', ['nope'], 'exec: "nope": executable file not found in $PATH'],
    ['busybox', ['/bin/bash', '-c', 'x'], 'exec: "/bin/bash": stat /bin/bash: no such file or directory'],
    ['registry.k8s.io/pause:3.10.2', ['sh'], 'exec: "sh": executable file not found in $PATH'],
    ['nginx', ['/etc/nginx/nginx.conf'], 'exec: "/etc/nginx/nginx.conf": permission denied'],
  ])('%s cannot run %j', (image, command, error) => {
    expect(world().run(image, { command }).error).toBe(error)
  })
})

describe('well-known images', () => {
  test('a database without a password exits, with one it serves', () => {
    const { run, exits, get, clock, log } = world()
    run('mysql:8')
    expect(exits).toEqual([1])
    expect(log[0]).toContain('Database is uninitialized and password option is not specified')
    run('mysql:8', { env: { MYSQL_ROOT_PASSWORD: 'x' } })
    clock.advance(10_000)
    expect(get('http://10.244.1.5:3306/')).toMatchObject({ outcome: 'answered' })
  })

  test('http-echo and agnhost netexec answer', () => {
    const { run, get, exits, clock } = world()
    run('hashicorp/http-echo', { args: ['-text=hello', '-listen=:8080'] })
    expect(get('http://10.244.1.5:8080/')).toMatchObject({ body: 'hello\n' })
    run('registry.k8s.io/e2e-test-images/agnhost:2.53', { args: ['netexec', '--http-port=9000'] })
    expect(get('http://10.244.1.5:9000/echo?msg=hi%20you&code=201')).toMatchObject({ status: 201, body: 'hi you' })
    get('http://10.244.1.5:9000/exit?code=4')
    clock.settle()
    expect(exits).toEqual([4])
  })
})

describe('declared images', () => {
  test('start, get ready, answer and exit as declared', () => {
    const { run, get, log, exits, clock } = world([
      {
        name: 'shop:v2',
        startsAfterMs: 3000,
        readyAfterMs: 10_000,
        listensOn: [8080],
        logs: ['up'],
        http: { '/': { body: 'shop' }, '*': { status: 503 } },
        exitsAfterMs: 60_000,
        exitsWith: 2,
      },
    ])
    run('shop:v2')
    clock.advance(2999)
    expect(log).toEqual([])
    clock.advance(7000)
    expect([log, get('http://10.244.1.5:8080/').outcome]).toEqual([['up'], 'refused'])
    clock.advance(1)
    expect(get('http://10.244.1.5:8080/')).toMatchObject({ status: 200, body: 'shop' })
    expect(get('http://10.244.1.5:8080/x')).toMatchObject({ status: 503 })
    clock.advance(50_000)
    expect(exits).toEqual([2])
  })

  test('a file of them is checked and read', () => {
    const check = new Ajv().compile(declaredImagesSchema)
    const file = {
      images: [{ name: 'a', startsAfter: '1m30s', stopsAfter: 'never', http: { '/': { after: '200ms' } } }],
    }
    expect(check(file)).toBe(true)
    expect(declaredImages(file)).toEqual([
      { name: 'a', startsAfterMs: 90_000, stopsAfterMs: -1, http: { '/': { afterMs: 200 } } },
    ])
    expect(check({ images: [{ name: 'a', startAfter: '1s' }] })).toBe(false)
    expect(check({ images: [{ name: 'a', startsAfter: '1 second' }] })).toBe(false)
  })

  test('the files in fixtures/images are right', () => {
    const directory = new URL('../../../fixtures/images/', import.meta.url)
    const check = new Ajv().compile(declaredImagesSchema)
    const files = readdirSync(directory)
    expect(files).not.toEqual([])
    for (const file of files) {
      expect(
        check(parse(readFileSync(new URL(file, directory), 'utf8'))),
        `${file} ${JSON.stringify(check.errors)}`,
      ).toBe(true)
    }
  })
})

test('docs/images.md names known images only, and every repository of the public ones', () => {
  const text = readFileSync(new URL('../../../docs/images.md', import.meta.url), 'utf8')
  const table = text.slice(text.indexOf('## Known images'), text.indexOf('## Declared images'))
  const named = [...table.matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
    [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  )
  const clock = new VirtualClock(0)
  const repositories = [...knownRepositories({ network: createNetwork(), barrier: new Barrier(clock) }).keys()]
  expect(repositories).toEqual(expect.arrayContaining(named.map((name) => repositoryOf(normalizeImageName(name)))))
  const missing = repositories.filter((name) => !named.some((each) => repositoryOf(normalizeImageName(each)) === name))
  expect(missing.filter((name) => name.startsWith('docker.io/'))).toEqual([])
})
