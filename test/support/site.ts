import type { RequestListener } from 'node:http';
import { createAuthority } from './certificates.ts';
import type { TestUpstream } from './upstream.ts';
import { startTlsUpstream, startUpstream } from './upstream.ts';

/** Pages, or functions that answer themselves, by path. */
export type Pages = Readonly<Record<string, string | RequestListener>>;

/** Serves these pages on a free port, under any host name that resolves to this machine. */
export async function startSite(pages: Pages): Promise<TestUpstream> {
  return await startUpstream(serve(pages));
}

/** The same at `https://<hostname>`, with a certificate that the test browsers accept. */
export async function startSecureSite(hostname: string, pages: Pages): Promise<TestUpstream> {
  const certificate = await (await createAuthority()).issue({ names: [hostname] });
  return await startTlsUpstream(certificate, { hostname, handler: serve(pages) });
}

const serve =
  (pages: Pages): RequestListener =>
  (request, response) => {
    const page = pages[request.url ?? ''];
    if (typeof page === 'function') page(request, response);
    else if (page === undefined) response.writeHead(404).end();
    else response.setHeader('content-type', 'text/html').end(page);
  };
