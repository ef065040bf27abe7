import { startChart } from '../../sim/chart.ts'
import type { Process, Program } from '../contract.ts'
import {
  CONFIG_FILE,
  flagsOf,
  KUBECONFIG_FILE,
  type KubeletConfiguration,
  loadConfiguration,
  loadKubeconfig,
} from './configuration.ts'
import { CONFIGURATION_FLAGS } from './configuration-flags.ts'
import type { Kubeconfig, KubeletDeps } from './contract.ts'
import { Kubelet } from './kubelet.ts'
import { kubeletMachine } from './machine.ts'
import type { PodVolumes } from './volumes/pod-volumes.ts'

/**
 * The kubelet as systemd starts it: it reads its files, and ends with 1 when they are wrong, so that systemd tries again.
 * Source: cmd/kubelet/app/server.go
 */
export function kubeletProgram(deps: KubeletDeps): Program {
  let volumes: { readonly boot: string | undefined; readonly ofPods: Map<string, PodVolumes> } | undefined
  /** What lies below /var/lib/kubelet/pods stays when the kubelet ends, what is mounted there until the machine goes down. */
  const podVolumes = () => {
    const boot = deps.machine.bootID?.()
    if (volumes === undefined || volumes.boot !== boot) volumes = { boot, ofPods: new Map() }
    return volumes.ofPods
  }
  return {
    start(process) {
      let kubelet: Kubelet | undefined
      const actor = startChart(kubeletMachine, process.world, `kubelet/${deps.nodeName}`, undefined, ({ type }) => {
        if (type === 'run') kubelet?.run()
        else if (type === 'catchUp') kubelet?.catchUp()
        else if (type === 'showStaticPods') kubelet?.showStaticPods()
        else if (type === 'release') kubelet?.stop()
        else process.exit(1)
      })
      process.onEnd(() => {
        actor.send({ type: 'stop' })
        actor.stop()
        deps.onHandle?.(undefined)
      })
      process.onSignal(() => process.exit(0))
      const files = loadFiles(process)
      if (typeof files === 'string') {
        process.log(`E run.go:72] "command failed" err=${JSON.stringify(files)}`, 'stderr')
        return actor.send({ type: 'misconfigured' })
      }
      const { configuration, flags, kubeconfig } = files
      const client = deps.connect(kubeconfig)
      if (typeof client === 'string') {
        process.log(`E run.go:72] "command failed" err=${JSON.stringify(client)}`, 'stderr')
        return actor.send({ type: 'misconfigured' })
      }
      const recorder = deps.recorder(client)
      const parts = { process, deps, configuration, flags, client, recorder, actor, podVolumes: podVolumes() }
      kubelet = new Kubelet(parts)
      deps.onHandle?.(kubelet)
      actor.send({ type: 'configured' })
    },
  }
}

interface Files {
  readonly configuration: KubeletConfiguration
  readonly flags: ReadonlyMap<string, string>
  readonly kubeconfig: Kubeconfig
}

function loadFiles({ argv, files }: Process): Files | string {
  const flags = flagsOf(argv, files)
  const unknown = [...flags.keys()].find((flag) => !KNOWN_FLAGS.has(flag))
  if (unknown !== undefined) return `failed to parse kubelet flag: unknown flag: --${unknown}`
  const cloud = flags.get('cloud-provider') ?? ''
  if (cloud !== '' && cloud !== 'external')
    return `failed to run Kubelet: cloud provider "${cloud}" was specified, but built-in cloud providers are disabled. Please set --cloud-provider=external and migrate to an external cloud provider`
  const configuration = loadConfiguration(files, flags.get('config') ?? CONFIG_FILE, flags)
  if (typeof configuration === 'string') return configuration
  const { clientCAFile } = configuration
  if (clientCAFile !== undefined && files.read(clientCAFile) === undefined)
    return `failed to construct kubelet dependencies: unable to load client CA file ${clientCAFile}: open ${clientCAFile}: no such file or directory`
  const kubeconfig = loadKubeconfig(files, flags.get('kubeconfig') ?? KUBECONFIG_FILE)
  if (typeof kubeconfig === 'string') return kubeconfig
  return { configuration, flags, kubeconfig }
}

/** Flags this kubelet understands or, like the real one, takes without their meaning anything here. Source: cmd/kubelet/app/options/options.go */
const KNOWN_FLAGS = new Set([
  ...CONFIGURATION_FLAGS,
  'bootstrap-kubeconfig',
  'cert-dir',
  'cgroup-driver',
  'cloud-provider',
  'config',
  'container-runtime-endpoint',
  'fail-swap-on',
  'hostname-override',
  'kubeconfig',
  'node-ip',
  'node-labels',
  'pod-infra-container-image',
  'provider-id',
  'register-with-taints',
  'root-dir',
  'v',
])
