import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from '../../../local/host/binding-expressions.ts';
import { settingsFrom } from '../../../local/host/settings.ts';

const settings = settingsFrom({ TARGET: 'marts' }, 'storage');
const NOW = new Date('2026-11-20T10:15:30.500Z');
const data = {
  Name: { string: 'tape' },
  order: { json: '{"Customer":{"id":7,"city":"Lima"}}' },
  text: { string: '{"inner":"x"}' },
  count: { json: '3' },
  body: { bytes: Buffer.from('raw') },
  nothing: {},
};

describe('an expression', () => {
  it.each([
    ['out/{name}.json', 'out/tape.json'],
    ['{order.customer.ID}-{order.Customer.city}', '7-Lima'],
    ['{text.inner}', 'x'],
    ['{count}{body}{nothing}', '3raw'],
    ['%TARGET%/{name}', 'marts/tape'],
    ['{DateTime}', '2026-11-20T10-15-30Z'],
    ['{datetime:yyyy/MM/dd HHmmss}', '2026/11/20 101530'],
    ['plain', 'plain'],
  ])('%s becomes %s', (template, filled) => {
    expect(fillTemplate(template, data, settings, NOW)).toBe(filled);
  });

  it.each([
    ['{rand-guid}', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    ['{rand-guid:N}', /^[0-9a-f]{32}$/],
    ['{rand-guid:B}', /^\{.{36}\}$/],
    ['{rand-guid:P}', /^\(.{36}\)$/],
  ])('%s is a new guid', (template, form) => {
    expect(fillTemplate(template, data, settings)).toMatch(form);
    expect(fillTemplate(template, data, settings)).not.toBe(fillTemplate(template, data, settings));
  });

  it('lets the value of the trigger win over a built-in one', () => {
    expect(fillTemplate('{datetime}', { DateTime: { string: 'noon' } }, settings)).toBe('noon');
  });

  it.each(['{unknown}', '{order.customer.street}', '{name.length}', '{order.customer.id.deeper}'])(
    'fails for %s, which the trigger does not give',
    (template) => {
      expect(() => fillTemplate(template, data, settings)).toThrow('No value for named parameter');
    },
  );

  it('fails for a setting that is not set', () => {
    expect(() => fillTemplate('%MISSING%/x', data, settings)).toThrow('setting MISSING');
  });
});
