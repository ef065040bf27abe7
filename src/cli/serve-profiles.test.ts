import { describe, expect, it } from 'vitest'
import { extraArgs, profiles } from './serve-profiles.ts'

describe('extraArgs', () => {
  it('leaves the manifests of kubeadm as they are where nothing is asked for', () => {
    expect(extraArgs(profiles.full, {})).toEqual({ 'kube-apiserver': {} })
  })

  it("sets up the control-plane profile as Kubernetes' kubectl tests do, each flag of it open to change", () => {
    expect(extraArgs(profiles['control-plane'], {})['kube-apiserver']).toMatchObject({
      'authorization-mode': 'RBAC,AlwaysAllow',
      'disable-admission-plugins': expect.stringContaining('ServiceAccount'),
    })
    expect(
      extraArgs(profiles['control-plane'], { authorizationMode: 'Node,RBAC', disableAdmissionPlugins: 'Priority' }),
    ).toEqual({
      'kube-apiserver': { 'authorization-mode': 'Node,RBAC', 'disable-admission-plugins': 'Priority' },
      'kube-controller-manager': { 'allocate-node-cidrs': 'false' },
    })
  })
})
