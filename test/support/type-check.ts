import { join, resolve } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './kustomize.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

/** TypeScript's errors for manifests as literals of their types: unknown, missing or mistyped fields. */
export function findMistyped(manifests: readonly Manifest[]): string[] {
  const file = join(ROOT, 'manifests.ts');
  const text = manifests
    .map((one, i) => `export const x${i}: ${typeOf(one)} = ${JSON.stringify(one, null, 1)};`)
    .join('\n');
  const host = ts.createCompilerHost(OPTIONS);
  const onDisk = { ...host };
  host.fileExists = (path) => path === file || onDisk.fileExists(path);
  host.getSourceFile = (path, ...rest) =>
    path === file ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023) : onDisk.getSourceFile(path, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([file], OPTIONS, host)).map(({ messageText, start = 0 }) => {
    const line = text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', start)).trim();
    return `${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

/** `networking.k8s.io/v1` `NetworkPolicy` → `import('kubernetes-types/networking/v1').NetworkPolicy` */
function typeOf({ apiVersion, kind }: Manifest): string {
  const [version = '', group = 'core'] = apiVersion.split('/').toReversed();
  return `import('kubernetes-types/${group.replace(/\..*/, '')}/${version}').${kind}`;
}
