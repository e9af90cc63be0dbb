// Turns the Deployment or Job on standard input into a Pod of the given name, which starts nothing again, so that exit codes
// can be seen, and leaves out what podman does not play: node as-pod.js NAME
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
    // It would want systemd for them.
    delete container.livenessProbe;
    // It would take them of the machine, where the next replica wants them too.
    delete container.ports;
  }
  print({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, spec: { ...spec, restartPolicy: 'Never' } });
}

function print(document) {
  process.stdout.write(`---\n${stringify(document)}`);
}
