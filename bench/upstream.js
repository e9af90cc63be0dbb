import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { URL } from 'node:url';
import { listen } from './listen.js';
import { reportSelf } from './self-report.js';

/** Stands in for MK.IO: a page of assets, a file of any size, and uploads. Requires a token. */
const CHUNK = Buffer.alloc(64 * 1024, 'mkio');
const ASSETS = Buffer.from(JSON.stringify(assetPage()));

const server = createServer((request, response) => {
  if (!request.headers.authorization?.startsWith('Bearer ')) {
    response.writeHead(401).end();
  } else if (request.method !== 'GET') {
    request.resume().on('end', () => response.writeHead(204).end());
  } else if (request.url.includes('/backups/')) {
    sendFile(response, Number(new URL(request.url, 'http://upstream').searchParams.get('size')));
  } else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ASSETS.length }).end(ASSETS);
  }
});

function sendFile(response, size) {
  let left = size;
  const send = () => {
    while (left > 0) {
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length));
      left -= chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  response.on('drain', send);
  send();
}

/** Two assets from MK.IO's documentation and a next link: 1.5 KB. */
function assetPage() {
  const subscription = '5c6d7e8f-0000-4000-8000-000000000002';
  return {
    value: ['source-video', 'output-video'].map((name, index) => ({
      name,
      id: `/subscriptions/${subscription}/resourceGroups/default/providers/Microsoft.Media/mediaservices/demo-project/assets/${name}`,
      type: 'Microsoft.Media/mediaservices/assets',
      properties: {
        assetId: `bcf8655e-0000-4000-8000-0000000000a${index}`,
        created: '2026-03-26T14:51:19.125280Z',
        lastModified: '2026-03-26T14:51:22.180123Z',
        description: 'Source video',
        container: name,
        storageAccountName: 'primary-azure',
        containerDeletionPolicy: 'Retain',
      },
      labels: { series: 'my-show' },
      systemData: { createdBy: 'ada@example.com', createdByType: 'User', createdAt: '2026-03-26T14:51:19.125280Z' },
    })),
    supplemental: {
      kind: 'Asset',
      count: 2,
      operation: 'list',
      pagination: { start: 0, end: 2, records: 2, total: 5 },
      subscription: { id: subscription, name: 'demo-project' },
    },
    '@odata.nextLink': '/api/v1/projects/demo-project/media/assets?%24top=2&%24skiptoken=2',
  };
}

reportSelf(await listen(server));
