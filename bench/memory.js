// Drives the built recorder, with bodies captured, through the given number of exchanges and samples the memory after each tenth.
// Exits with code 1 if it grows.
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { createObservations } from '../dist/admin/observations.js';
import { recorder } from '../dist/traffic/recorder.js';
import { decodeFacts, decodeRecord, encodeRecord } from '../dist/traffic/record-text.js';
import { createReplays } from '../dist/traffic/replays.js';
import { createRing } from '../dist/traffic/ring.js';
import { createSecrets } from '../dist/secrets/secrets.js';

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000000' } } });
const COUNT = Number(values.count);
const INTERVALS = 10;
/** Noise of the garbage collector. */
const MAX_GROWTH_BYTES = 700_000;
const CAPTURE = { mode: 'bodies', maxBodyBytes: 64_000, maxExchanges: 1_000, maxBytes: 32_000_000 };
/** Exchanges between two turns of the event loop, in which decoding proceeds. */
const BATCH = 50;

const JSON_FIELDS = ['Content-Type', 'application/json'];
const asset = JSON.stringify({ name: 'asset', tags: Array.from({ length: 60 }, (_, i) => `tag-number-${i}`) });
const BODIES = [
  { fields: JSON_FIELDS, body: Buffer.from(asset) },
  { fields: JSON_FIELDS, body: Buffer.from(`{"password":"secret","of":${asset}}`) },
  { fields: [...JSON_FIELDS, 'Content-Encoding', 'gzip'], body: gzipSync(asset) },
  { fields: ['Content-Type', 'video/mp4'], body: Buffer.alloc(20_000, 1) },
];
const LARGE = { fields: JSON_FIELDS, body: Buffer.from(`[${'"a tag", '.repeat(8_000)}1]`) };

const secrets = createSecrets();
secrets.hold('a-token-that-nobody-echoes-in-here');
const ring = createRing({
  maxCount: CAPTURE.maxExchanges,
  maxBytes: CAPTURE.maxBytes,
  encode: encodeRecord,
  decode: decodeRecord,
  decodeHead: decodeFacts,
});
const hooks = {};
await new Promise((done) => {
  const app = {
    decorate: () => undefined,
    decorateRequest: () => undefined,
    addHook: (name, hook) => (hooks[name] = hook),
  };
  const options = {
    log: pino({ base: null }, { write: () => undefined }),
    redact: secrets.redact,
    capture: CAPTURE,
    replays: createReplays(),
    observer: createObservations(Date.now),
    keep: ring.push,
    now: () => performance.now(),
    wallClock: Date.now,
  };
  recorder(app, options, done);
});

function makeExchange(number) {
  const sent = BODIES[number % BODIES.length];
  const got = number % 100 === 0 ? LARGE : BODIES[(number + 1) % BODIES.length];
  const rawHeaders = [
    'Host',
    'localhost',
    'User-Agent',
    'bench',
    'Content-Length',
    String(sent.body.length),
    ...sent.fields,
  ];
  const request = {
    id: `exchange-${number}`,
    method: 'PUT',
    originalUrl: `/api/v1/projects/demo/media/assets/${number}?token=secret`,
    raw: { socket: { remoteAddress: '127.0.0.1' }, rawHeaders },
  };
  const raw = Object.assign(new EventEmitter(), { writableFinished: number % 7 !== 0 });
  hooks.onRequest(request, { raw }, () => undefined);
  const { exchange } = request;
  exchange.connect();
  exchange.passRequest(Buffer.from(sent.body));
  exchange.endRequest();
  exchange.answer(number % 5 === 0 ? 404 : 200, ['Date', 'now', ...got.fields]);
  exchange.passAnswer(Buffer.from(got.body));
  raw.emit('close');
}

let made = 0;
async function makeExchanges(count) {
  for (const end = made + count; made < end;) {
    for (let i = 0; i < BATCH && made < end; i++) makeExchange(made++);
    await setImmediate();
  }
  while (ring.latest() < made) await setImmediate();
}

async function measure() {
  // Node frees some memory one turn later.
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { exchanges: made, heapBytes: heapUsed, outsideBytes: external, rssBytes: rss };
}

if (globalThis.gc === undefined) throw new Error('run me by `npm run bench:memory`, or with node --expose-gc');
// Before the first sample the ring is full and the code is compiled.
await makeExchanges(Math.min(COUNT, 20_000));
const samples = [await measure()];
for (let i = 0; i < INTERVALS; i++) {
  await makeExchanges(Math.ceil(COUNT / INTERVALS));
  samples.push(await measure());
}
const [first, ...later] = samples;
const grown = (key) => Math.max(...later.map((sample) => sample[key])) - first[key];
const result = {
  samples,
  kept: { exchanges: ring.count(), bytes: ring.bytes() },
  heapGrowthBytes: grown('heapBytes'),
  outsideGrowthBytes: grown('outsideBytes'),
};
const isFlat = result.heapGrowthBytes < MAX_GROWTH_BYTES && result.outsideGrowthBytes < MAX_GROWTH_BYTES;
const isBounded = ring.count() <= CAPTURE.maxExchanges && ring.bytes() <= CAPTURE.maxBytes;
process.stdout.write(`${JSON.stringify({ ...result, isFlat, isBounded }, undefined, 2)}\n`);
process.exitCode = isFlat && isBounded ? 0 : 1;
