import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Container, PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { Env } from '../../src/config/layers.ts';
import type { Manifest } from './kustomize.ts';

export const PROXY = 'mkio-proxy';

/** The pod template of the only workload in `manifests`. */
export function templateOf(manifests: readonly Manifest[]): Required<Pick<PodTemplateSpec, 'metadata' | 'spec'>> {
  const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job') as (Deployment | Job)[];
  const [metadata, spec] = [workloads[0]?.spec?.template.metadata, workloads[0]?.spec?.template.spec];
  if (workloads.length !== 1 || metadata === undefined || spec === undefined) throw new Error('has not one workload');
  return { metadata, spec };
}

export const containersOf = ({ spec }: Pick<PodTemplateSpec, 'spec'>): readonly Container[] => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
];

export function proxyOf(manifests: readonly Manifest[]): Container {
  const proxies = containersOf(templateOf(manifests)).filter(({ name }) => name === PROXY);
  if (proxies[0] === undefined || proxies.length > 1) throw new Error('has not one proxy');
  return proxies[0];
}

/** The environment that the kubelet builds for a container, with the data of Secrets from `secrets`. */
export function readEnvironment(
  { env = [], envFrom = [] }: Container,
  manifests: readonly Manifest[],
  secrets: Readonly<Record<string, string>>,
): Env {
  const maps = envFrom.map(({ configMapRef }) => dataOf(manifests, configMapRef?.name));
  const own = env.map(({ name, value, valueFrom }) => [name, value ?? secrets[valueFrom?.secretKeyRef?.name ?? '']]);
  return { ...Object.assign({}, ...maps), ...(Object.fromEntries(own) as Env) } as Env;
}

function dataOf(manifests: readonly Manifest[], name: string | undefined): Readonly<Record<string, string>> {
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  if (map === undefined) throw new Error(`there is no ConfigMap ${String(name)}`);
  return (map as ConfigMap).data ?? {};
}
