import type { Program } from 'kubedrill/extension'

/** How long a model takes from its disk into memory, virtual ms. */
const LOADS_IN = 20_000

/** The binary of example.com/model-server: it loads its model, then answers which one it is. */
export function modelServer(version: string, loads = true): Program {
  return {
    start(process) {
      const { clock } = process.world
      const model = process.env.MODEL ?? 'none'
      let loaded = false
      process.log(`loading ${model}`)
      const loading = clock.setTimeout(() => {
        if (!loads) return process.log(`${model}: checkpoint is damaged, trying again`, 'stderr')
        loaded = true
        process.log(`${model} is loaded`)
      }, LOADS_IN)
      process.onEnd(() => clock.clearTimeout(loading))
      process.onSignal(() => process.exit(0))
      process.listen(8080, 'TCP', ({ path }) => {
        if (!loaded) return { status: 503, body: 'loading' }
        return path === '/ready' ? { status: 200, body: 'ok' } : { status: 200, body: `${model} ${version}` }
      })
    },
  }
}
