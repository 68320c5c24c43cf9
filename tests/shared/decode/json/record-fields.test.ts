import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRecord } from '../../../../shared/decode/json/record-fields.ts';

const RUNS = { seed: 20_251_210, numRuns: 2_000 };

function fieldsOf(text: string): Record<string, string> {
  const read = readRecord(text);
  if (read.kind !== 'fields') throw new Error(read.detail);
  return Object.fromEntries(read.fields);
}

describe('a record', () => {
  it('gives its values as text by name', () => {
    const read = readRecord(' { "id" : "L1", "open": true, "closed":false , "note":null, "empty": "" } ');

    expect(read).toEqual({
      kind: 'fields',
      fields: new Map([
        ['id', 'L1'],
        ['open', 'true'],
        ['closed', 'false'],
        ['empty', ''],
      ]),
      nulls: ['note'],
    });
  });

  it.each(['0.1', '0.30000000000000004', '1e3', '12345678901234567890.5', '-0', '1.50', '1E-400'])(
    'keeps the number %s as it was written',
    (number) => {
      expect(fieldsOf(`{"amount":${number},"list":[${number}]}`)).toEqual({
        amount: number,
        list: `[${number}]`,
      });
    },
  );

  it('names what is inside an object after the object', () => {
    expect(fieldsOf('{"id":"1","properties":{"email":"a@b","deep":{"x":1},"none":{}}}')).toEqual({
      id: '1',
      'properties.email': 'a@b',
      'properties.deep.x': '1',
    });
  });

  it('gives a list as JSON without the layout of the file', () => {
    expect(fieldsOf('{"actions":[ {"a b" : "x \\" y" },\n [1, 2 ] ],"no":[ ]}')).toEqual({
      actions: '[{"a b":"x \\" y"},[1,2]]',
      no: '[]',
    });
  });

  it('reads a long list and a long text', () => {
    const long = 'x'.repeat(900_000);

    expect(fieldsOf(`{"list":[ "${long}" ],"text":"${long}"}`)).toEqual({
      list: `["${long}"]`,
      text: long,
    });
  });

  it('resolves escapes, in names too', () => {
    expect(fieldsOf('{"n\\u0061me":"Cuscatl\\u00e1n \\"x\\"\\n\\ud83d\\ude00"}')).toEqual({
      name: 'Cuscatlán "x"\n😀',
    });
  });

  it('takes names that mean something to JavaScript for names', () => {
    const read = readRecord('{"__proto__":{"polluted":"yes"},"constructor":"x","toString":"y"}');

    expect(read.kind === 'fields' && [...read.fields]).toEqual([
      ['__proto__.polluted', 'yes'],
      ['constructor', 'x'],
      ['toString', 'y'],
    ]);
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    [
      'a name that comes twice',
      '{"a":1,"a":2}',
      'has one of its names twice (again as its name number 2), and nobody can tell which one counts',
    ],
    ['a name that comes twice, once as null', '{"a":null,"a":2}', '(again as its name number 2)'],
    ['an object that comes twice', '{"a":{"b":1},"a":{"c":1}}', '(again as its name number 3)'],
    ['two ways to the same name', '{"a.b":1,"a":{"b":2}}', '(again as its name number 3)'],
    ['a name that comes twice inside a list', '{"l":[{"a":1,"a":2}]}', '(again as its name number 3)'],
    ['half a character', '{"a":"\\ud800"}', 'has an escape of half a character'],
    ['a NUL', '{"a":"x\\u0000"}', 'has a NUL character'],
    ['no object', '[1]', 'is not an object'],
    ['no object but a text', '"a"', 'is not an object'],
  ])('is malformed with %s', (_what, text, detail) => {
    expect(readRecord(text)).toEqual({ kind: 'malformed', detail: expect.stringContaining(detail) });
  });

  it('never has a name of its own repeated to anybody: it may be that of a person', () => {
    const read = readRecord('{"Ana Pérez":1,"Ana Pérez":2}');

    expect(JSON.stringify(read)).not.toContain('Ana');
    expect(read.kind).toBe('malformed');
  });

  it('may have a thousand fields and no more', () => {
    const withFields = (count: number): string =>
      `{${Array.from({ length: count }, (_, index) => `"f${index}":${index % 2 === 0 ? '1' : 'null'}`).join(',')}}`;

    expect(readRecord(withFields(1_000))).toMatchObject({ kind: 'fields' });
    expect(readRecord(withFields(1_001))).toEqual({
      kind: 'malformed',
      detail: 'has more than 1000 fields',
    });
  });

  it('is read or refused just as JSON.parse reads or refuses it', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\n"', '"\\x"', '"', '1', '01', '-', '1.', '2.5e+1'],
      ...['true', 'null', 'nul', ' ', '\n', '\u00a0', '//', "'a'", 'NaN', '"\t"'],
    );
    const valid = fc.json({ maxDepth: 4 });
    const damaged = fc
      .tuple(valid, fc.nat(), token)
      .map(([text, at, mark]) => text.slice(0, at % (text.length + 1)) + mark + text.slice(at % text.length));
    const text = fc.oneof(
      valid,
      damaged,
      fc.array(token, { maxLength: 12 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (json) => {
        expect(readRecord(json).kind === 'broken').toBe(!isJson(json));
      }),
      RUNS,
    );
  });

  it('gives the values that JSON.parse gives', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 5, unit: 'grapheme' })
      .filter((it) => !/[.\0]/.test(it));
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter((it) => !it.includes('\0')),
      fc.integer().map(Number),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), fc.nat({ max: 3 }), (record, indent) => {
        const expected = Object.fromEntries(Object.entries(record).map(([key, it]) => [key, String(it)]));

        expect(fieldsOf(JSON.stringify(record, null, indent))).toEqual(expected);
      }),
      RUNS,
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
