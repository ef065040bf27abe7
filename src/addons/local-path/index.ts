import { rfc3339 } from '../../api/time.ts'
import type { Pod } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import { createRecorder } from '../../client/recorder.ts'
import type { Process, Program } from '../../node/contract.ts'
import { ProvisionController } from '../external-provisioner/controller.ts'
import { type LocalPathConfig, parseConfig } from './config.ts'
import { parseHelperPod } from './helper-pod.ts'
import { LocalPathProvisioner } from './provisioner.ts'

export interface LocalPathDeps {
  /** The client a pod has through its service account. @returns a text says why there is none */
  connect(process: Process): Client | string
}

/** The `local-path-provisioner` binary, as k3s and kind have it. Source: rancher/local-path-provisioner main.go startDaemon */
export function localPathProgram(deps: LocalPathDeps): Program {
  return {
    start(process) {
      const log = logger(process)
      const fatal = (why: string) => {
        log('fatal', `Error starting daemon: ${why}`)
        process.exit(1)
      }
      const client = deps.connect(process)
      if (typeof client === 'string') return fatal(`unable to get k8s client: ${client}`)
      const settings = settingsOf(process)
      const files = new ConfigFiles(process, client, settings)
      const problem = files.problem()
      if (problem !== undefined) return fatal(problem)
      process.listen(settings.healthPort, 'TCP', ({ path }) =>
        path === '/health' ? { status: 200, body: 'OK' } : { status: 200, body: 'Ready' },
      )
      log('info', `Health server started on :${settings.healthPort}`)
      process.onSignal(() => process.exit(0))
      const provisioner = new LocalPathProvisioner({
        ...settings,
        process,
        client,
        config: () => files.config(),
        template: () => files.template(),
        log,
      })
      const { world, random, pod } = process
      const component = `${settings.provisioner}_${pod?.metadata.name ?? process.host}_${random.uuid()}`
      const recorder = createRecorder(client, component, world, random)
      const controller = new ProvisionController({ client, recorder, world, name: settings.provisioner, provisioner })
      process.onEnd(() => controller.stop())
    },
  }
}

interface Settings {
  readonly provisioner: string
  readonly namespace: string
  readonly configMap: string
  readonly serviceAccountName: string
  readonly configFile: string
  readonly healthPort: number
}

function settingsOf({ argv, env }: Process): Settings {
  const flag = (name: string, otherwise: string) => {
    const at = argv.indexOf(`--${name}`)
    return (
      argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? (at < 0 ? otherwise : argv[at + 1]!)
    )
  }
  return {
    provisioner: flag('provisioner', env.PROVISIONER_NAME ?? 'rancher.io/local-path'),
    namespace: flag('namespace', env.POD_NAMESPACE ?? 'local-path-storage'),
    configMap: flag('configmap-name', 'local-path-config'),
    serviceAccountName: flag(
      'service-account-name',
      env.SERVICE_ACCOUNT_NAME ?? 'local-path-provisioner-service-account',
    ),
    configFile: flag('config', ''),
    healthPort: Number(flag('health-port', env.HEALTH_PORT ?? '8080')),
  }
}

/** config.json and helperPod.yaml: what cannot be read leaves in force what was read before. Source: watchAndRefreshConfig */
class ConfigFiles {
  readonly #process: Process
  readonly #client: Client
  readonly #settings: Settings
  #config: LocalPathConfig | undefined
  #template: Pod | undefined

  constructor(process: Process, client: Client, settings: Settings) {
    this.#process = process
    this.#client = client
    this.#settings = settings
  }

  /** Why the program cannot start. */
  problem(): string | undefined {
    const { namespace, configMap, configFile } = this.#settings
    try {
      this.#template = parseHelperPod(this.#inConfigMap('helperPod.yaml'))
    } catch (error) {
      return `invalid empty flag helper-pod-file and it also does not exist at ConfigMap ${namespace}/${configMap} with err: ${(error as Error).message}`
    }
    try {
      this.#config = parseConfig(this.#configText())
      return undefined
    } catch (error) {
      return `fail to load config file ${configFile}: ${(error as Error).message}`
    }
  }

  config(): LocalPathConfig {
    try {
      this.#config = parseConfig(this.#configText())
    } catch (error) {
      logger(this.#process)('error', `failed to load the new config file: ${(error as Error).message}`)
    }
    return this.#config!
  }

  template(): Pod {
    try {
      this.#template = parseHelperPod(this.#inConfigMap('helperPod.yaml'))
    } catch (error) {
      logger(this.#process)('error', `failed to load the new helper pod manifest: ${(error as Error).message}`)
    }
    return this.#template!
  }

  #configText(): string {
    const { configFile } = this.#settings
    if (configFile === '') return this.#inConfigMap('config.json')
    const text = this.#process.files.read(configFile)
    if (text === undefined) throw new Error(`open ${configFile}: no such file or directory`)
    return text
  }

  #inConfigMap(key: string): string {
    const { configMap, namespace } = this.#settings
    const found = this.#client.get('ConfigMap', configMap, namespace)
    if (found === undefined) throw new Error(`configmaps "${configMap}" not found`)
    const text = found.data?.[key]
    if (text === undefined) throw new Error(`${key} is not exist in local-path-config ConfigMap`)
    return text
  }
}

/** Lines as logrus writes them where there is no terminal. */
function logger(process: Process) {
  return (level: 'info' | 'error' | 'fatal', message: string) => {
    const at = rfc3339(process.world.clock.now())
    process.log(`time="${at}" level=${level} msg=${JSON.stringify(message)}`, 'stderr')
  }
}
