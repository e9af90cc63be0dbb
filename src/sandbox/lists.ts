import { compareValues, fieldOf, parseFilter } from './filter.ts';
import { isObject, type Json } from './json.ts';
import { badRequest } from './replies.ts';

/** From a comment in a client's script; MK.IO's documentation gives no page size. */
const DEFAULT_PAGE_SIZE = 1000;

export interface ListContext {
  readonly kind: string;
  /** The requested URL with its query: the base of the link to the next page. */
  readonly url: string;
  readonly subscription?: Json;
}

/** One page of a list: filtered, ordered and limited by the query. */
export function renderList(items: readonly Json[], { kind, url, subscription }: ListContext): Json {
  const [path = ''] = url.split('?', 1);
  const query = new URLSearchParams(url.slice(path.length));
  const selected = selectItems(items, query);
  const total = selected.length;
  const start = Math.min(count(query, '$skiptoken', 0, 0), total);
  const value = selected.slice(start, start + count(query, '$top', 1, DEFAULT_PAGE_SIZE));
  const end = start + value.length;
  return {
    value,
    supplemental: {
      kind,
      count: value.length,
      operation: 'list',
      pagination: { start, end, records: value.length, total },
      ...(subscription && { subscription }),
    },
    ...(end < total && { '@odata.nextLink': `${path}?${queryFrom(query, end)}` }),
  };
}

export function selectItems(items: readonly Json[], query: URLSearchParams): Json[] {
  const keys = query.getAll('$label_key');
  const tests = [
    ...query.getAll('$label').map(parseLabel),
    ...query.getAll('$filter').map(parseFilter),
    (item: Json) => keys.every((key) => Object.hasOwn(labelsOf(item), key)),
  ];
  return items.filter((item) => tests.every((test) => test(item))).sort(parseOrder(query.get('$orderby') ?? ''));
}

/** `key=value`, `key~part` or `key!=value`, which also matches items without the label. */
function parseLabel(text: string): (item: Json) => boolean {
  const [, key = '', operator, wanted = ''] = /^([^=~!]+)(!=|=|~)(.*)$/s.exec(text) ?? [];
  if (operator === undefined) throw badRequest(`$label is not understood: ${text}`, '$label');
  return (item) => {
    const label = labelsOf(item)[key];
    if (operator === '~') return typeof label === 'string' && label.includes(wanted);
    return (label === wanted) === (operator === '=');
  };
}

function labelsOf(item: Json): Json {
  return isObject(item.labels) ? item.labels : {};
}

function parseOrder(text: string): (left: Json, right: Json) => number {
  const keys = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseOrderKey);
  return (left, right) => {
    for (const { field, sign } of keys) {
      const order = sign * compareValues(fieldOf(left, field), fieldOf(right, field));
      if (order !== 0) return order;
    }
    return 0;
  };
}

function parseOrderKey(text: string): { field: string; sign: number } {
  const [, field, direction] = /^\s*([\w./]+)(?:\s+(asc|desc))?\s*$/.exec(text) ?? [];
  if (field === undefined) throw badRequest(`$orderby is not understood: ${text}`, '$orderby');
  return { field, sign: direction === 'desc' ? -1 : 1 };
}

function count(query: URLSearchParams, name: string, least: number, otherwise: number): number {
  const text = query.get(name) ?? String(otherwise);
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw badRequest(`${name} has to be a whole number from ${least} on.`, name);
}

/** The query of the next page: `%24top=2&%24skiptoken=2`. SDKs decode `%20` but not `+`. */
function queryFrom(query: URLSearchParams, start: number): string {
  const next = new URLSearchParams(query);
  next.set('$skiptoken', String(start));
  return next.toString().replaceAll('+', '%20');
}
