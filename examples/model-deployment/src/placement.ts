import type { PluginFactory } from 'kubedrill/extension'

const MODEL = 'serving.example.com/model'

/**
 * Prefers nodes whose disk holds the Pod's model already: label `cached.example.com/<model>`. It acts in the profiles of
 * a KubeSchedulerConfiguration that enable it.
 */
export const modelCache: PluginFactory = () => ({
  name: 'ModelCache',
  preScore({ pod }) {
    const model = pod.metadata.annotations?.[MODEL]
    return model === undefined ? { code: 'Skip' } : { code: 'Success', state: `cached.example.com/${model}` }
  },
  score: (label, _pod, { node }) => (node?.metadata.labels?.[label as string] === undefined ? 0 : 100),
})
