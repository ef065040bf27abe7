import type { Extension } from 'kubedrill/extension'
import { modelVersion } from './admission.js'
import { modelServer } from './model-server.js'
import { operatorProgram } from './operator.js'
import { modelCache } from './placement.js'
import { rolloutMachine } from './rollout.js'

/** Everything the cluster gets from this package. */
export const extension: Extension = {
  name: 'model-deployment',
  images: [
    { name: 'example.com/model-operator:v1', program: operatorProgram },
    { name: 'example.com/model-server:v1', program: () => modelServer('v1') },
    { name: 'example.com/model-server:v2', program: () => modelServer('v2') },
    { name: 'example.com/model-server:broken', program: () => modelServer('broken', false) },
  ],
  admissionPlugins: [modelVersion],
  schedulerPlugins: { ModelCache: modelCache },
  statecharts: [{ component: 'model-operator', describes: 'the rollout of a model', machine: rolloutMachine }],
}
