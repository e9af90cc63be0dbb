import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { expect, test } from 'vitest';
import { findUnrestricted } from '../support/pod-security.ts';

const strict = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const pod: PodSpec = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [{ name: 'a', securityContext: strict }],
};
const withContainer = (securityContext: object): PodSpec => ({ ...pod, containers: [{ name: 'a', securityContext }] });

test('a restricted pod passes', () => {
  expect(findUnrestricted(pod)).toEqual([]);
});

test.each<[string, PodSpec]>([
  ['the pod has hostNetwork', { ...pod, hostNetwork: true }],
  ['the pod has hostPID', { ...pod, hostPID: true }],
  ['the pod has hostIPC', { ...pod, hostIPC: true }],
  ['volume x is a hostPath', { ...pod, volumes: [{ name: 'x', hostPath: { path: '/' } }] }],
  [
    'the pod sets kernel.shm_rmid_forced',
    { ...pod, securityContext: { ...pod.securityContext, sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }] } },
  ],
  ['container a is privileged', withContainer({ ...strict, privileged: true })],
  ['container a may escalate its privileges', withContainer({ capabilities: strict.capabilities })],
  ['container a keeps capabilities', withContainer({ allowPrivilegeEscalation: false })],
  ['container a adds capabilities', withContainer({ ...strict, capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
  ['container a may run as root', withContainer({ ...strict, runAsNonRoot: false })],
  ['container a may run as root', withContainer({ ...strict, runAsUser: 0 })],
  ['container a has no seccomp profile', withContainer({ ...strict, seccompProfile: { type: 'Unconfined' } })],
  ['container a unmasks /proc', withContainer({ ...strict, procMount: 'Unmasked' })],
  [
    'container a takes a port of the host',
    { ...pod, containers: [{ name: 'a', securityContext: strict, ports: [{ containerPort: 1, hostPort: 1 }] }] },
  ],
  [
    'container b may escalate its privileges',
    { ...pod, initContainers: [{ name: 'b', securityContext: { capabilities: strict.capabilities } }] },
  ],
])('%s: is found', (problem, unrestricted) => {
  expect(findUnrestricted(unrestricted)).toEqual([problem]);
});
