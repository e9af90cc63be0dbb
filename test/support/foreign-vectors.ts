/** A way for a page to make the browser send a request: its name, the method that arrives, and the page's HTML. */
export type Vector = readonly [name: string, method: string, html: (url: string) => string];

const NO_REFERRER: Readonly<Record<string, string>> = { referrer_policy: 'no-referrer' };

export const script = (code: string): string => `<script>${code}</script>`;

const form = (url: string, attributes: string, fields = '<input name="a" value="b">'): string =>
  `<form action="${url}" ${attributes}>${fields}</form>${script('document.forms[0].submit()')}`;

const worker = (code: string): string => script(`new Worker(URL.createObjectURL(new Blob([${JSON.stringify(code)}])))`);

/** Speculation rules that make the browser fetch `url` before a navigation, by default without a Referer. */
export const speculation = (kind: 'prefetch' | 'prerender', url: string, rule = NO_REFERRER): string =>
  `<script type="speculationrules">${JSON.stringify({ [kind]: [{ urls: [url], eagerness: 'immediate', ...rule }] })}</script>`;

const json = `headers: { 'content-type': 'application/json' }, body: '{}'`;

const scripted: readonly Vector[] = [
  ['fetch', 'GET', (url) => script(`fetch('${url}')`)],
  ['fetch no-cors', 'GET', (url) => script(`fetch('${url}', { mode: 'no-cors' })`)],
  ['fetch with credentials', 'GET', (url) => script(`fetch('${url}', { credentials: 'include' })`)],
  ['fetch of text', 'POST', (url) => script(`fetch('${url}', { method: 'POST', mode: 'no-cors', body: 'a' })`)],
  ['fetch of JSON, which asks first', 'OPTIONS', (url) => script(`fetch('${url}', { method: 'PUT', ${json} })`)],
  [
    'fetch that asks first for its header',
    'OPTIONS',
    (url) => script(`fetch('${url}', { headers: { 'x-ms-a': '1' } })`),
  ],
  ['fetch that deletes', 'OPTIONS', (url) => script(`fetch('${url}', { method: 'DELETE' })`)],
  [
    'fetch that outlives its page',
    'POST',
    (url) =>
      script(
        `fetch('${url}', { method: 'POST', mode: 'no-cors', body: 'a', keepalive: true }); location = 'about:blank'`,
      ),
  ],
  ['XMLHttpRequest', 'POST', (url) => script(`const x = new XMLHttpRequest(); x.open('POST', '${url}'); x.send('a')`)],
  ['sendBeacon', 'POST', (url) => script(`navigator.sendBeacon('${url}', 'a')`)],
  ['WebSocket', 'GET', (url) => script(`new WebSocket('${url.replace('http', 'ws')}')`)],
  ['EventSource', 'GET', (url) => script(`new EventSource('${url}')`)],
  ['fetch in a worker', 'GET', (url) => worker(`fetch('${url}', { mode: 'no-cors' })`)],
  ['importScripts in a worker', 'GET', (url) => worker(`importScripts('${url}')`)],
  ['import()', 'GET', (url) => script(`import('${url}')`)],
];

const navigating: readonly Vector[] = [
  ['form', 'GET', (url) => form(url, 'method="get"')],
  ['form, url-encoded', 'POST', (url) => form(url, 'method="post"')],
  ['form, multipart', 'POST', (url) => form(url, 'method="post" enctype="multipart/form-data"')],
  [
    'form, text that is JSON',
    'POST',
    (url) => form(url, 'method="post" enctype="text/plain"', `<input name='{"a":"' value='"}'>`),
  ],
  ['form in a hidden frame', 'POST', (url) => `<iframe name="f"></iframe>${form(url, 'method="post" target="f"')}`],
  ['location', 'GET', (url) => script(`location = '${url}'`)],
  ['window.open', 'GET', (url) => script(`open('${url}')`)],
  ['window.open without opener', 'GET', (url) => script(`open('${url}', '_blank', 'noopener,noreferrer')`)],
  ['meta refresh', 'GET', (url) => `<meta http-equiv="refresh" content="0;url=${url}">`],
  ['download', 'GET', (url) => `<a download href="${url}">a</a>${script("document.querySelector('a').click()")}`],
  ['a ping', 'POST', (url) => `<a href="#" ping="${url}">a</a>${script("document.querySelector('a').click()")}`],
  ['speculation rules, prefetch', 'GET', (url) => speculation('prefetch', url)],
  ['speculation rules, prerender', 'GET', (url) => speculation('prerender', url)],
];

const embedding: readonly Vector[] = [
  ['img', 'GET', (url) => `<img src="${url}">`],
  ['img under a base', 'GET', (url) => `<base href="${new URL(url).origin}"><img src="${new URL(url).pathname}">`],
  ['script', 'GET', (url) => `<script src="${url}"></script>`],
  ['module script', 'GET', (url) => `<script type="module" src="${url}"></script>`],
  ['link stylesheet', 'GET', (url) => `<link rel="stylesheet" href="${url}">`],
  ['link prefetch', 'GET', (url) => `<link rel="prefetch" href="${url}">`],
  ['link preload', 'GET', (url) => `<link rel="preload" as="image" href="${url}">`],
  ['link modulepreload', 'GET', (url) => `<link rel="modulepreload" href="${url}">`],
  ['link icon', 'GET', (url) => `<link rel="icon" href="${url}">`],
  ['iframe', 'GET', (url) => `<iframe src="${url}"></iframe>`],
  ['object', 'GET', (url) => `<object data="${url}"></object>`],
  ['embed', 'GET', (url) => `<embed src="${url}">`],
  ['video', 'GET', (url) => `<video src="${url}"></video>`],
  ['audio', 'GET', (url) => `<audio src="${url}"></audio>`],
  ['svg image', 'GET', (url) => `<svg><image href="${url}"/></svg>`],
  ['CSS url()', 'GET', (url) => `<p style="background: url(${url})">a`],
  ['CSS @import', 'GET', (url) => `<style>@import url(${url});</style>`],
  [
    'CSS font',
    'GET',
    (url) => `<style>@font-face { font-family: f; src: url(${url}); } p { font-family: f; }</style><p>a`,
  ],
];

/** All ways that reach a loopback server from a page without a public address. */
export const VECTORS: readonly Vector[] = [...scripted, ...navigating, ...embedding];
