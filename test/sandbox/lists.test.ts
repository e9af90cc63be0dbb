import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../src/sandbox/filter.ts';
import { renderList, selectItems } from '../../src/sandbox/lists.ts';

const item = (name: string, created: string, more: object = {}) => ({ name, properties: { created, ...more } });

const items = [
  item('b', '2026-01-02T00:00:00.000000Z', { size: 9 }),
  item('a', '2026-01-02T00:00:00.000000Z', { size: 10 }),
  item("o'c and d", '2026-01-01T00:00:00.500000Z', { ok: true }),
];

const select = (query: string) => selectItems(items, new URLSearchParams(query)).map(({ name }) => name);

describe('$filter', () => {
  it.each([
    ["name eq 'a'", ['a']],
    ["name ne 'a'", ['b', "o'c and d"]],
    ["name eq 'o''c and d'", ["o'c and d"]],
    ['properties/created ge 2026-01-02T00:00:00Z', ['b', 'a']],
    ['properties/created gt 2026-01-02T00:00:00Z', []],
    ['created lt 2026-01-01T00:00:01Z', ["o'c and d"]],
    ['properties/created le 2026-01-02 and properties/created gt 2026-01-01T00:00:01Z', ['b', 'a']],
    ['properties/size gt 9', ['a']],
    ['properties/size eq null', ["o'c and d"]],
    ['properties/ok eq true', ["o'c and d"]],
    ['properties/unknown gt 1', []],
  ])('%s', (filter, names) => {
    expect(items.filter(parseFilter(filter)).map(({ name }) => name)).toEqual(names);
  });

  it.each(['', 'name', "name eq 'a", "name eq 'a' and", "name eq 'a' or name eq 'b'", "name like 'a'", "x eq 'a''"])(
    'is refused when it reads: %s',
    (filter) => {
      expect(() => parseFilter(filter)).toThrow('$filter is not understood');
    },
  );

  it('finds any value with OData quoting', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const quoted = `name eq '${name.replaceAll("'", "''")}'`;
        expect(parseFilter(quoted)({ name })).toBe(true);
      }),
    );
  });
});

describe('a query', () => {
  it.each(['$top=0', '$top=x', '$skiptoken=-1', '$filter=nonsense', '$orderby=a sideways', '$label=nothing'])(
    'is refused when it says %s',
    (query) => {
      expect(() => renderList(items, { kind: 'X', url: `/list?${query}` })).toThrow(query.split('=')[0]);
    },
  );
});

describe('$orderby', () => {
  it('orders by several keys, each in its own direction', () => {
    expect(select('$orderby=properties/created desc,name asc')).toEqual(['a', 'b', "o'c and d"]);
    expect(select('$orderby=created,name desc')).toEqual(["o'c and d", 'b', 'a']);
  });

  it('orders numbers numerically, with missing values first', () => {
    expect(select('$orderby=properties/size')).toEqual(["o'c and d", 'b', 'a']);
  });
});

describe('pages', () => {
  it('contain every item once, in order, for any page size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (numbers, top) => {
        const all = numbers.map((number) => ({ number }));
        const walked = [];
        let url: string | undefined = `/list?x=1+1&$top=${top}`;
        while (url !== undefined) {
          const page = renderList(all, { kind: 'Number', url }) as Record<string, unknown>;
          walked.push(...(page.value as typeof all));
          url = page['@odata.nextLink'] as string | undefined;
        }
        expect(walked).toEqual(all);
      }),
    );
  });

  it('keep the rest of the query in the link to the next page', () => {
    const url = 'https://x.test/list?$label_key=a&$label_key=b&$filter=name+ne+%27+%27&$top=1&$skiptoken=0';
    const labelled = items.map((each) => ({ ...each, labels: { a: '', b: '' } }));
    expect(renderList(labelled, { kind: 'X', url })['@odata.nextLink']).toBe(
      'https://x.test/list?%24label_key=a&%24label_key=b&%24filter=name%20ne%20%27%20%27&%24top=1&%24skiptoken=1',
    );
  });
});
