import { isStatus } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Writes down what is doubtful in the expressions of policies. Source: pkg/controller/validatingadmissionpolicystatus/controller.go */
export const validatingAdmissionPolicyStatusController: ControllerDescriptor = {
  name: 'validatingadmissionpolicy-status-controller',
  account: 'validatingadmissionpolicy-status-controller',
  component: 'validatingadmissionpolicy-status-controller',
  needs: ['ValidatingAdmissionPolicy'],
  start: startPolicyStatus,
}

function startPolicyStatus({ client, informers, world, checkPolicy = () => [] }: ControllerContext): Controller {
  const loop = startLoop({
    component: 'controller-manager/validatingadmissionpolicy-status-controller',
    world,
    reconcile(name) {
      const policy = client.get('ValidatingAdmissionPolicy', name)
      const generation = policy?.metadata.generation ?? 0
      if (policy === undefined || generation <= (policy.status?.observedGeneration ?? 0)) return undefined
      const warnings = checkPolicy(policy, client.list('CustomResourceDefinition'))
      const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings }
      const answer = client.updateStatus('ValidatingAdmissionPolicy', name, undefined, (now) => ({
        ...now,
        status: { ...now.status, observedGeneration: generation, typeChecking },
      }))
      return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
    },
  })
  const stop = informers.on('ValidatingAdmissionPolicy', ({ type, object }) => {
    if (type !== 'DELETED') loop.queue.add(object.metadata.name)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}
