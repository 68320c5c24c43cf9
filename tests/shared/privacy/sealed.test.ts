import { format, inspect } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { type Sealed, seal, unseal } from '../../../shared/privacy/sealed.ts';

const SECRET = 'Juana de Arco, DUI 01234567-8';

describe('a sealed value', () => {
  it.each<[string, (sealed: Sealed<string>) => unknown]>([
    ['JSON', (sealed) => JSON.stringify(sealed)],
    ['JSON of what holds it', (sealed) => JSON.stringify({ key: sealed, keys: [sealed] }, null, 2)],
    ['a template', (sealed) => `key: ${String(sealed)}`],
    ['adding it to a text', (sealed) => ['key', sealed].join(' ')],
    ['a number', (sealed) => String(Number(sealed))],
    ['inspecting it', (sealed) => inspect(sealed)],
    [
      'inspecting everything of it',
      (sealed) => inspect(sealed, { showHidden: true, depth: null, getters: true }),
    ],
    [
      'inspecting it against its own word',
      (sealed) => inspect(sealed, { customInspect: false, showHidden: true }),
    ],
    ['inspecting what holds it', (sealed) => inspect(new Map([['key', { sealed }]]), { depth: null })],
    ['the format of a console', (sealed) => format('%s %o %O %j %d', sealed, sealed, sealed, sealed, sealed)],
    ['keys, values and entries', (sealed) => inspect([Object.keys(sealed), Object.entries(sealed)])],
    ['hidden properties', (sealed) => inspect(Object.getOwnPropertyDescriptors(sealed))],
    ['symbols', (sealed) => inspect(Reflect.ownKeys(sealed))],
    ['a copy of its properties', (sealed) => inspect(Object.assign({}, sealed), { showHidden: true })],
    ['a structured clone', (sealed) => inspect(structuredClone(sealed), { showHidden: true })],
    ['a message to another thread', (sealed) => inspect(deserialize(serialize({ sealed })), { depth: null })],
    [
      'the message of an error',
      (sealed) => inspect(new Error(`no key ${String(sealed)}`, { cause: sealed })),
    ],
    ['the type of its prototype', (sealed) => inspect(Object.getPrototypeOf(sealed), { showHidden: true })],
  ])('is not given away by %s', (_, show) => {
    const shown = String(show(seal(SECRET)));

    for (const part of ['Juana', 'Arco', '01234567']) expect(shown).not.toContain(part);
  });

  it('says that it is sealed wherever it is printed', () => {
    const sealed = seal(SECRET);

    expect(String(sealed)).toBe('[sealed]');
    expect(inspect({ sealed })).toBe('{ sealed: [sealed] }');
    expect(JSON.stringify({ sealed })).toBe('{"sealed":"[sealed]"}');
  });

  it('comes out as it went in', () => {
    const row = { name: SECRET };

    expect(unseal(seal(SECRET))).toBe(SECRET);
    expect(unseal(seal(row))).toBe(row);
  });

  it('takes nothing on that could be printed', () => {
    expect(() => Object.assign(seal(SECRET), { copy: SECRET })).toThrow(TypeError);
  });

  it('is not opened by what only looks like one, nor by its clone', () => {
    expect(() => unseal(structuredClone(seal(SECRET)))).toThrow(TypeError);
  });
});
