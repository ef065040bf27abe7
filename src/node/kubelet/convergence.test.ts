import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aPod, TestNode } from './node.test-kit.ts'

const NAMES = ['a', 'b', 'c'] as const
const MANIFEST = (image: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: s, namespace: kube-system}\nspec: {containers: [{name: s, image: ${image}, imagePullPolicy: IfNotPresent}]}\n`
const MANIFEST_FILE = '/etc/kubernetes/manifests/s.yaml'

/** What may happen to a node. Everything is allowed in every state. */
const happening = fc.oneof(
  fc.record({
    do: fc.constant('create' as const),
    pod: fc.constantFrom(...NAMES),
    image: fc.constantFrom('pause', 'flaky'),
  }),
  fc.record({
    do: fc.constantFrom('delete' as const, 'vanish' as const, 'crash' as const),
    pod: fc.constantFrom(...NAMES),
  }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 40_000 }) }),
  fc.record({
    do: fc.constantFrom(
      'kubelet' as const,
      'containerd' as const,
      'api' as const,
      'reboot' as const,
      'static' as const,
    ),
  }),
)

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

class Story {
  readonly node = new TestNode({ [MANIFEST_FILE]: MANIFEST('pause') })
  #kubelet = true
  #containerd = true
  #api = true
  #changes = 0

  constructor() {
    this.node.image('flaky', (process) => {
      process.world.clock.setTimeout(() => process.exit(1), 7000)
    })
    this.node.image('other', () => undefined)
    this.node.start()
  }

  take(event: Happening): void {
    const { node } = this
    if (event.do === 'create') {
      if (this.#api && node.pod(event.pod) === undefined) node.create(aPod(event.pod, event.image))
    } else if (event.do === 'delete') {
      if (this.#api) node.deletePod(event.pod, 10)
    } else if (event.do === 'vanish') {
      if (this.#api) node.client.delete('Pod', event.pod, 'default')
    } else if (event.do === 'crash') node.kubelet?.crash('default', event.pod, 'web', 9)
    else if (event.do === 'pass') node.clock.advance(event.ms)
    else this.#toggle(event.do)
    node.clock.settle()
  }

  #toggle(what: 'kubelet' | 'containerd' | 'api' | 'reboot' | 'static'): void {
    const { node } = this
    if (what === 'kubelet') {
      if (this.#kubelet) node.stop()
      else node.start()
      this.#kubelet = !this.#kubelet
    } else if (what === 'containerd') {
      this.#containerd = !this.#containerd
      node.runtime.setUp(this.#containerd)
    } else if (what === 'api') {
      this.#api = !this.#api
      node.wire.connect(this.#api ? node.server : undefined)
    } else if (what === 'static') {
      this.#changes++
      node.files.write(MANIFEST_FILE, MANIFEST(this.#changes % 2 === 1 ? 'other' : 'pause'))
    } else {
      if (this.#kubelet) node.stop()
      node.runtime.powerOff()
      node.runtime.setUp(true)
      this.#containerd = true
      node.start()
      this.#kubelet = true
    }
  }

  heal(): void {
    if (!this.#containerd) this.#toggle('containerd')
    if (!this.#api) this.#toggle('api')
    if (!this.#kubelet) this.#toggle('kubelet')
    this.node.clock.advance(900_000)
  }
}

describe('whatever happens to a node', () => {
  it('in the end what should run runs, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), (events) => {
        const story = new Story()
        for (const event of events) story.take(event)
        story.heal()
        const { node } = story
        const pods = node.client.list('Pod')
        const running = [...node.runtime.containers()].filter(({ state }) => state === 'running')
        const sandboxes = [...node.runtime.sandboxes()].filter(({ ready }) => ready)
        expect(sandboxes).toHaveLength(pods.length)
        for (const { metadata, status, spec } of pods) {
          expect(metadata.deletionTimestamp).toBeUndefined()
          expect(status?.phase).toBe('Running')
          if (!spec.containers[0]?.image?.includes('flaky')) expect(status?.containerStatuses?.[0]?.ready).toBe(true)
        }
        expect(pods.filter(({ metadata }) => metadata.namespace === 'kube-system')).toHaveLength(1)
        expect(running.length).toBeLessThanOrEqual(pods.length)
      }),
      { numRuns: 40 },
    )
  })
})
