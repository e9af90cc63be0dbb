import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLinkMap } from '../../src/forward/links.ts';

const UPSTREAM = 'https://app.mk.io';
const BASE = 'http://localhost:6546';
const links = createLinkMap(UPSTREAM);
const KEY = '"@odata.nextLink"';

const mapped: [string, string, string][] = [
  ['an absolute link', `{${KEY}:"${UPSTREAM}/api?a"}`, `{${KEY}:"${BASE}/api?a"}`],
  ['white space around the colon', `{${KEY} \t\r\n:\n  "${UPSTREAM}/x"}`, `{${KEY} \t\r\n:\n  "${BASE}/x"}`],
  ['escaped slashes', String.raw`{${KEY}:"https:\/\/app.mk.io\/x"}`, String.raw`{${KEY}:"${BASE}\/x"}`],
  ['another letter case', `{${KEY}:"HTTPS://App.mk.io/x"}`, `{${KEY}:"${BASE}/x"}`],
  ['the default port', `{${KEY}:"https://app.mk.io:443/x"}`, `{${KEY}:"${BASE}/x"}`],
  ['no scheme', `{${KEY}:"//app.mk.io/x"}`, `{${KEY}:"${BASE}/x"}`],
  ['only an origin', `{${KEY}:"${UPSTREAM}"}`, `{${KEY}:"${BASE}"}`],
  ['only a query after the origin', `{${KEY}:"${UPSTREAM}?a"}`, `{${KEY}:"${BASE}?a"}`],
  [
    'an escape after the origin',
    String.raw`{${KEY}:"${UPSTREAM}/x?a\u0026b"}`,
    String.raw`{${KEY}:"${BASE}/x?a\u0026b"}`,
  ],
  ['two lists', `[{${KEY}:"${UPSTREAM}/1"},{${KEY}:"${UPSTREAM}/2"}]`, `[{${KEY}:"${BASE}/1"},{${KEY}:"${BASE}/2"}]`],
];
const staying: [string, string][] = [
  ['a root-relative link', `{${KEY}:"/api/v1/x"}`],
  ['null', `{${KEY}:null}`],
  ['an empty link', `{${KEY}:""}`],
  ['a foreign origin', `{${KEY}:"https://other.example/x"}`],
  ['a longer host', `{${KEY}:"${UPSTREAM}.evil.example/x"}`],
  ['another port', `{${KEY}:"${UPSTREAM}:4430/x"}`],
  ['user information', `{${KEY}:"${UPSTREAM}@evil.example/x"}`],
  ['another key', `{"nextLink":"${UPSTREAM}/x","@odata.nextlink":"${UPSTREAM}/x"}`],
  ['a longer key', `{"x@odata.nextLink":"${UPSTREAM}/x"}`],
  ['a string that contains the key and the link as text', JSON.stringify({ a: `${KEY}:"${UPSTREAM}/x"` })],
  ['a string that is the key', `{"a":${KEY},"b":"${UPSTREAM}/x"}`],
  ['the key in a list', `[${KEY},"${UPSTREAM}/x"]`],
  ['a body truncated in the key', `{"value":[],"@odata.next`],
  ['a body truncated in the link', `{"value":[],${KEY}:"https://app.m`],
  ['no body', ''],
];

describe('the link of a list', () => {
  test.each(mapped)('%s is mapped to the proxy, for any split into chunks', (_, input, output) => {
    expectMapped(input, output);
  });

  test.each(staying)('%s is unchanged, for any split into chunks', (_, input) => {
    expectMapped(input, input);
  });
});

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('@odata.nextLink', KEY, `${KEY}:"${UPSTREAM}/x"`, `\\"@odata.nextLink\\":`, 'ü€😀', '\\', '"'),
);
const link = fc.oneof(
  text,
  fc.constantFrom(UPSTREAM, `${UPSTREAM}/a?b`, '//app.mk.io/x', `${UPSTREAM}.evil`, 'https://other/x', '/api/v1/x'),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc
    .tuple(
      fc.dictionary(text, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      fc.option(link, { nil: undefined }),
    )
    .map(([fields, next]) => (next === undefined ? fields : { ...fields, '@odata.nextLink': next })),
}));
const printed = fc
  .tuple(json.object, fc.constantFrom(undefined, 1, '\t'), fc.boolean())
  .map(([value, indent, escaped]) => {
    const printedValue = JSON.stringify(value, null, indent);
    return escaped ? printedValue.replaceAll('/', String.raw`\/`) : printedValue;
  });

describe('for any JSON', () => {
  test('the mapped bytes do not depend on the split into chunks', () => {
    fc.assert(
      fc.property(printed, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (body, sizes) => {
        expect(map(cut(Buffer.from(body), sizes))).toBe(map([Buffer.from(body)]));
      }),
      { numRuns: 1000 },
    );
  });

  test('only links to the upstream change', () => {
    fc.assert(
      fc.property(printed, (body) => {
        expect(JSON.parse(map([Buffer.from(body)]))).toEqual(mapParsed(JSON.parse(body)));
      }),
      { numRuns: 1000 },
    );
  });

  test('the bytes are identical if there is no link to the upstream', () => {
    fc.assert(
      fc.property(printed, (body) => {
        fc.pre(JSON.stringify(mapParsed(JSON.parse(body))) === JSON.stringify(JSON.parse(body)));
        expect(map([Buffer.from(body)])).toBe(body);
      }),
      { numRuns: 1000 },
    );
  });
});

test('less than 1 KB is held back, for any body length', () => {
  const mapper = links.createBodyMapper(BASE);
  const block = Buffer.from(`${KEY}   :  ${' '.repeat(700)}`.repeat(100));
  let given = 0;
  let taken = 0;
  for (let i = 0; i < 100; i++) {
    given += block.length;
    taken += mapper.push(block).length;
    expect(given - taken).toBeLessThan(1024);
  }
});

/** A reference implementation on parsed JSON. */
function mapParsed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mapParsed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      key === '@odata.nextLink' && typeof field === 'string' ? links.mapLink(field, BASE) : mapParsed(field),
    ]),
  );
}

function expectMapped(input: string, output: string): void {
  const bytes = Buffer.from(input);
  expect(map([bytes])).toBe(output);
  for (let at = 0; at <= bytes.length; at++) expect(map([bytes.subarray(0, at), bytes.subarray(at)])).toBe(output);
  expect(map(cut(bytes, [1]))).toBe(output);
}

function map(chunks: readonly Buffer[]): string {
  const mapper = links.createBodyMapper(BASE);
  return Buffer.concat([...chunks.map((chunk) => mapper.push(chunk)), mapper.flush()]).toString();
}

/** Splits `bytes` into pieces of these sizes, repeated as needed. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
