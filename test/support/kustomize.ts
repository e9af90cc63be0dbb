import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { findCommand } from './programs.js';

const KUBERNETES = resolve(import.meta.dirname, '../../deploy/kubernetes');

/** A Kubernetes manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const BUILDERS = [
  ['kustomize', 'build'],
  ['kubectl', 'kustomize'],
] as const;

/** The kustomize command of this machine; undefined if it is not installed. */
export const kustomize = BUILDERS.find(([program]) => findCommand(program) !== undefined);

/** Builds a folder of deploy/kubernetes with these components. */
export function buildFolder(folder: string, components: readonly string[] = []): readonly Manifest[] {
  if (kustomize === undefined) throw new Error('neither kustomize nor kubectl is installed');
  const root = mkdtempSync(join(tmpdir(), 'mkio-proxy-'));
  const pathOf = (name: string): string => relative(root, join(KUBERNETES, name));
  const overlay = { resources: [pathOf(folder)], components: components.map(pathOf) };
  writeFileSync(join(root, 'kustomization.yaml'), JSON.stringify(overlay));
  const [program, command] = kustomize;
  const { status, stdout, stderr } = spawnSync(program, [command, root], { encoding: 'utf8' });
  rmSync(root, { recursive: true });
  if (status !== 0 || stderr !== '') throw new Error(`kustomize says: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}
