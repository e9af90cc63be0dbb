import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { NetworkPolicy, NetworkPolicyPort } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { describe, expect, test } from 'vitest';
import { isLoopback } from '../../src/http/hosts.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createFolder } from '../support/folder.ts';
import { HEALTHCHECK, IMAGE, IMAGE_ENV, PROGRAM, readHelp } from '../support/image.ts';
import { containersOf, PROXY, proxyOf, readEnvironment, templateOf } from '../support/kubernetes.ts';
import { buildFolder, kustomize } from '../support/kustomize.ts';
import { findUnrestricted } from '../support/pod-security.ts';
import { findMistyped } from '../support/type-check.ts';

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/sidecar.md'), 'utf8');
/** Names and keys of the Secrets that the guide creates. */
const secrets = new Map(
  [...guide.matchAll(/kubectl create secret generic ([\w-]+)[^\n]*? --from-(?:file|literal)=(\w+)=/g)].map(
    ([, name = '', key = '']) => [name, key],
  ),
);
/** Value of each key that becomes an environment variable. */
const SECRET_TEXTS = {
  'mkio-proxy-admin': 'an-admin-key-of-a-test',
  'mkio-proxy-redis': 'redis://:password@redis.example:6379/0',
};

const BUILDS = [
  { name: 'sidecar', build: () => buildFolder('sidecar') },
  { name: 'sidecar-classic', build: () => buildFolder('sidecar-classic') },
  { name: 'job', build: () => buildFolder('job') },
  { name: 'job-classic', build: () => buildFolder('job-classic') },
  { name: 'gateway', build: () => buildFolder('gateway') },
  { name: 'gateway with shared-budget', build: () => buildFolder('gateway', ['shared-budget']) },
];
const ofKind = <T>(manifests: readonly { readonly kind: string }[], kind: string): T[] =>
  manifests.filter((one) => one.kind === kind) as T[];
const sorted = (names: Iterable<string | undefined>): (string | undefined)[] => [...new Set(names)].toSorted();

test('deploy/kubernetes is built by kustomize or kubectl', { tags: 'kubernetes' }, () => {
  const shared = ['base', 'shared-budget'];
  const folders = readdirSync(resolve(import.meta.dirname, '../../deploy/kubernetes'));
  expect(sorted([...shared, ...BUILDS.map(({ name }) => name.split(' ')[0])])).toEqual(folders.toSorted());
});

describe.each(kustomize === undefined ? [] : BUILDS)('deploy/kubernetes/$name', ({ name, build }) => {
  const manifests = build();
  const template = templateOf(manifests);
  const pod = template.spec;
  const proxy = proxyOf(manifests);
  const app = containersOf(template).find((container) => container.name === 'app');
  const env = { ...IMAGE_ENV, ...readEnvironment(proxy, manifests, SECRET_TEXTS) };
  const load = () => loadConfig({ env, cwd: createFolder() }).config;
  const probes = [proxy.startupProbe, proxy.readinessProbe, proxy.livenessProbe].filter((probe) => probe !== undefined);
  const portNumber = (port: number | string | undefined): number | undefined =>
    typeof port === 'string' ? proxy.ports?.find((one) => one.name === port)?.containerPort : port;

  test('matches the types of Kubernetes', () => {
    expect(findMistyped(manifests)).toEqual([]);
  });

  test('has settings that the proxy starts with', () => {
    expect(load()).toMatchObject({ token: { file: '/run/secrets/mkio/token' }, capture: { mode: 'off' } });
  });

  test('runs the image of this version, restricted, read-only and without rights in the cluster', () => {
    expect(proxy.image).toBe(IMAGE);
    expect(findUnrestricted(pod)).toEqual([]);
    for (const { securityContext } of containersOf(template))
      expect(securityContext?.readOnlyRootFilesystem).toBe(true);
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    const accounts = ofKind<{ metadata: { name: string } }>(manifests, 'ServiceAccount');
    expect(accounts).toMatchObject([
      { metadata: { name: pod.serviceAccountName }, automountServiceAccountToken: false },
    ]);
  });

  test('sets requests and a memory limit for each container', () => {
    for (const { resources } of containersOf(template)) {
      expect(resources).toEqual({
        requests: {
          cpu: expect.stringMatching(/^\d+m$/) as string,
          memory: expect.stringMatching(/^\d+Mi$/) as string,
        },
        limits: { memory: expect.stringMatching(/^\d+Mi$/) as string },
      });
    }
  });

  test('mounts folders of the Secrets of the guide into the proxy only, readable for it', () => {
    const mounts = proxy.volumeMounts ?? [];
    expect(sorted(mounts.map((mount) => mount.name))).toEqual(sorted((pod.volumes ?? []).map((volume) => volume.name)));
    for (const volume of pod.volumes ?? []) {
      expect(secrets.keys(), volume.name).toContain(volume.secret?.secretName);
      expect(volume.secret?.defaultMode).toBe(0o400);
    }
    for (const mount of mounts) expect(mount).toEqual({ name: mount.name, mountPath: mount.mountPath, readOnly: true });
    expect(pod.securityContext?.fsGroup).toBe(proxy.securityContext?.runAsGroup);
    expect(app?.volumeMounts).toBeUndefined();
  });

  test('reads files at the keys of these Secrets', () => {
    const { token, access } = load();
    const files = [token.file, access.callerKeysFile].filter((file) => file !== undefined);
    const keys = (proxy.volumeMounts ?? []).map(({ name: volume, mountPath }) => {
      const { secret } = pod.volumes?.find((one) => one.name === volume) ?? {};
      return `${mountPath}/${secrets.get(secret?.secretName ?? '')}`;
    });
    expect(sorted(files)).toEqual(sorted(keys));
  });

  test('reads environment variables from the Secrets of the guide', () => {
    for (const { valueFrom } of proxy.env ?? []) {
      expect(secrets.get(valueFrom?.secretKeyRef?.name ?? '')).toBe(valueFrom?.secretKeyRef?.key);
    }
  });

  test('probes addresses that the kubelet reaches and uses only commands of the program', async () => {
    const { admin } = load();
    expect(probes.length).toBeGreaterThan(0);
    for (const { httpGet, exec } of probes) {
      if (httpGet === undefined) expect(exec?.command).toEqual(HEALTHCHECK);
      else {
        expect(['/livez', '/readyz']).toContain(httpGet.path);
        expect(portNumber(httpGet.port)).toBe(admin?.port);
        expect(isLoopback(admin?.host ?? '127.0.0.1')).toBe(false);
      }
    }
    const commands = [...probes.map(({ exec }) => exec?.command), proxy.lifecycle?.postStart?.exec?.command];
    for (const command of commands.filter((one) => one !== undefined)) {
      expect(command.slice(0, PROGRAM.length)).toEqual(PROGRAM);
      const words = command.slice(PROGRAM.length);
      const help = await readHelp(words[0] ?? '');
      for (const flag of words.filter((word) => word.startsWith('--'))) expect(help).toContain(flag);
    }
  });

  test('is never restarted for not being ready', () => {
    expect([undefined, '/livez']).toContain(proxy.livenessProbe?.httpGet?.path);
    expect(proxy.livenessProbe?.exec).toBeUndefined();
  });

  test('gives the proxy more time to stop than it needs', () => {
    const { drainTimeoutMs, prestopDelayMs } = load().listener;
    expect((pod.terminationGracePeriodSeconds ?? 30) * 1000).toBeGreaterThan(drainTimeoutMs + prestopDelayMs);
  });

  test('declares the ports that it listens on', () => {
    const { listener, admin } = load();
    const known = [listener.port, admin?.port];
    for (const { containerPort } of proxy.ports ?? []) expect(known).toContain(containerPort);
  });

  test('selects the pods that it makes', () => {
    const labels = template.metadata.labels ?? {};
    const [deployment] = ofKind<Deployment>(manifests, 'Deployment');
    const selectors = [
      deployment?.spec?.selector.matchLabels,
      ...(pod.topologySpreadConstraints ?? []).map(({ labelSelector }) => labelSelector?.matchLabels),
      ...ofKind<Service>(manifests, 'Service').map(({ spec }) => spec?.selector),
      ...ofKind<PodDisruptionBudget>(manifests, 'PodDisruptionBudget').map(({ spec }) => spec?.selector?.matchLabels),
      ...ofKind<NetworkPolicy>(manifests, 'NetworkPolicy').map(({ spec }) => spec?.podSelector.matchLabels),
    ].filter((selector) => selector !== undefined);
    expect(selectors.length > 0).toBe(!name.startsWith('job'));
    for (const selector of selectors) expect(labels).toMatchObject(selector);
  });

  if (app !== undefined) {
    describe('its application', () => {
      const native = name === 'sidecar' || name === 'job';

      test('is pointed at the proxy, and has no token', () => {
        const { host, port } = load().listener;
        const told = Object.fromEntries((app.env ?? []).map(({ name: variable, value }) => [variable, value]));
        expect(told).toMatchObject({ MKIO_BASE_URL: `http://${host}:${port}`, MKIO_TOKEN: 'placeholder' });
        expect(app.envFrom).toBeUndefined();
      });

      if (native) {
        test('starts after the sidecar is ready and ends before it', () => {
          expect(pod.initContainers).toEqual([proxy]);
          expect(proxy.restartPolicy).toBe('Always');
          expect(proxy.startupProbe).toBeDefined();
        });
      }

      if (!native) {
        test('starts after the proxy, the first container, is ready', () => {
          expect(pod.initContainers).toBeUndefined();
          expect(pod.containers[0]?.name).toBe(PROXY);
          expect(proxy.restartPolicy).toBeUndefined();
          expect(proxy.lifecycle?.postStart?.exec?.command).toEqual([
            ...PROGRAM,
            'wait',
            '--timeout',
            expect.any(String),
          ]);
        });
      }

      if (name === 'job-classic') {
        test('ends the proxy, which permits it', () => {
          const { admin } = load();
          expect(admin).toMatchObject({ mayQuit: true, host: '127.0.0.1', key: undefined });
          expect(app.command?.at(-1)).toContain(
            `fetch('http://${admin?.host}:${admin?.port}/quitquitquit', { method: 'POST' })`,
          );
        });
      }

      if (name === 'sidecar-classic') {
        test('can still call while it ends', () => {
          expect(load().listener.prestopDelayMs).toBeGreaterThan(0);
        });
      }
    });
  }

  if (name.startsWith('gateway')) {
    describe('as a gateway', () => {
      test('requires caller keys and allows the host names of its Service', () => {
        const [service] = ofKind<Service>(manifests, 'Service');
        const { name: host = '', namespace = '' } = service?.metadata ?? {};
        const { listener, access } = load();
        expect(listener.host).toBe('0.0.0.0');
        expect(access.callerKeysFile).toBeDefined();
        expect(access.allowedHosts).toEqual([
          host,
          `${host}.${namespace}`,
          `${host}.${namespace}.svc`,
          `${host}.${namespace}.svc.cluster.local`,
        ]);
        expect(service?.spec?.ports?.map(({ port, targetPort }) => [port, portNumber(targetPort)])).toEqual([
          [listener.port, listener.port],
        ]);
      });

      test('lies in one namespace, which enforces restricted pods', () => {
        const [namespace] = ofKind<{ metadata: { name: string; labels: object } }>(manifests, 'Namespace');
        expect(namespace?.metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'restricted' });
        const others = manifests.filter(({ kind }) => kind !== 'Namespace');
        expect(sorted(others.map(({ metadata }) => metadata.namespace))).toEqual([namespace?.metadata.name]);
      });

      test('leaves the replicas to the autoscaler, whose minimum exceeds the disruption budget', () => {
        const [deployment] = ofKind<Deployment>(manifests, 'Deployment');
        const [autoscaler] = ofKind<HorizontalPodAutoscaler>(manifests, 'HorizontalPodAutoscaler');
        const [budget] = ofKind<PodDisruptionBudget>(manifests, 'PodDisruptionBudget');
        expect(deployment?.spec?.replicas).toBeUndefined();
        expect(autoscaler?.spec?.scaleTargetRef).toEqual({
          apiVersion: deployment?.apiVersion,
          kind: 'Deployment',
          name: deployment?.metadata?.name,
        });
        expect(autoscaler?.spec?.minReplicas).toBeGreaterThan(Number(budget?.spec?.maxUnavailable));
        // It scales by a share of the containers' requests.
        expect(proxy.resources?.requests?.cpu).toBeDefined();
      });

      test('lets in labelled pods and monitoring, each at its port, and out to DNS, HTTPS and nothing else', () => {
        const policies = ofKind<NetworkPolicy>(manifests, 'NetworkPolicy');
        const portsOf = (ports: readonly NetworkPolicyPort[] = []) => ports.map(({ port }) => portNumber(port));
        const { listener, admin } = load();
        const ingress = policies.flatMap(({ spec }) => spec?.ingress ?? []);
        expect(ingress.map(({ ports }) => portsOf(ports))).toEqual([[listener.port], [admin?.port]]);
        expect(ingress.map(({ from }) => from)).toEqual([
          [{ namespaceSelector: {}, podSelector: { matchLabels: { 'mkio-proxy-caller': 'yes' } } }],
          [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ]);
        expect(guide).toContain('`mkio-proxy-caller: "yes"`');
        const egress = policies.flatMap(({ spec }) => spec?.egress ?? []);
        for (const { to } of egress) expect(to?.length).toBeGreaterThan(0);
        const redis = name.endsWith('shared-budget') ? [[6379]] : [];
        expect(egress.map(({ ports }) => portsOf(ports))).toEqual([[53, 53], [443], ...redis]);
        expect(policies[0]?.spec?.policyTypes).toEqual(['Ingress', 'Egress']);
      });

      if (name.endsWith('shared-budget')) {
        test('counts the requests of all replicas in Redis', () => {
          expect(load().access).toMatchObject({ budgetShare: 0.8, redis: { failOpen: true } });
        });
      }
    });
  }
});
