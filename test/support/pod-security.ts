import type { Container, PodSpec, SecurityContext } from 'kubernetes-types/core/v1.js';

const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];

/**
 * Violations of the level `restricted` by a Linux pod, one sentence each.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function findUnrestricted(pod: PodSpec): string[] {
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  const shares = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => pod[key] === true);
  const volumes = (pod.volumes ?? []).flatMap(({ name, ...source }) =>
    Object.keys(source)
      .filter((kind) => !VOLUMES.includes(kind))
      .map((kind) => `volume ${name} is a ${kind}`),
  );
  const sysctls = (pod.securityContext?.sysctls ?? []).map(({ name }) => `the pod sets ${name}`);
  return [
    ...shares.map((key) => `the pod has ${key}`),
    ...volumes,
    ...sysctls,
    ...containers.flatMap((container) =>
      findOfContainer(container, pod).map((problem) => `container ${container.name} ${problem}`),
    ),
  ];
}

function findOfContainer({ ports = [], securityContext: own = {} }: Container, pod: PodSpec): string[] {
  // The settings of a container override those of its pod.
  const { runAsNonRoot, runAsUser, seccompProfile }: SecurityContext = { ...pod.securityContext, ...own };
  const capabilities = own.capabilities ?? {};
  const rules: readonly (readonly [boolean, string])[] = [
    [own.privileged === true, 'is privileged'],
    [own.allowPrivilegeEscalation !== false, 'may escalate its privileges'],
    [capabilities.drop?.includes('ALL') !== true, 'keeps capabilities'],
    [(capabilities.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'), 'adds capabilities'],
    [runAsNonRoot !== true || runAsUser === 0, 'may run as root'],
    [!SECCOMP.includes(seccompProfile?.type ?? ''), 'has no seccomp profile'],
    [(own.procMount ?? 'Default') !== 'Default', 'unmasks /proc'],
    [ports.some(({ hostPort = 0 }) => hostPort !== 0), 'takes a port of the host'],
  ];
  return rules.flatMap(([isBroken, problem]) => (isBroken ? [problem] : []));
}
