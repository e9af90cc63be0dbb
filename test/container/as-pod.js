// Converts the Deployment or Job on stdin to a Pod that podman can run: node as-pod.js NAME
// The Pod restarts no container, so that exit codes stay visible.
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { parseAllDocuments, stringify } from 'yaml';

const [, , name] = process.argv;
const documents = parseAllDocuments(await text(process.stdin)).map((document) => document.toJS());
for (const document of documents) {
  if (document.kind === 'ConfigMap') print(document);
  if (document.kind !== 'Deployment' && document.kind !== 'Job') continue;
  const { metadata, spec } = document.spec.template;
  for (const container of spec.containers) {
    // podman schedules probes with systemd.
    delete container.livenessProbe;
    // podman publishes ports on the machine, and each replica needs the same ports.
    delete container.ports;
  }
  print({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, spec: { ...spec, restartPolicy: 'Never' } });
}

function print(document) {
  process.stdout.write(`---\n${stringify(document)}`);
}
