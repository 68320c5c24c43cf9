import { describe, expect, it } from '@jest/globals';
import { originMetadata, originOf } from '../../../shared/runs/origin.ts';

describe('who brought a file', () => {
  it.each([
    [{ principal: 'ana@abaco.sv', purpose: 'close of November', ticket: 'RISK-12' }],
    [{ principal: 'José Ñandú' }],
    [{ purpose: '100 % of the book\nand more' }],
    [{ ticket: '%41' }],
  ])('is read as it was written: %j', (origin) => {
    const metadata = originMetadata(origin);

    expect(Object.values(metadata).join('')).toMatch(/^[ -~]*$/);
    expect(originOf(metadata)).toEqual(origin);
  });

  it.each([
    ['nothing is said', {}],
    ['what is said is blank', { principal: ' ', ticket: '' }],
    ['only other things are said', { asof: '2025-12-10' }],
  ])('is not told where %s', (_, metadata) => {
    expect(originOf(metadata)).toBeUndefined();
    expect(originMetadata(undefined)).toEqual({});
  });

  it('is shown as text that does nothing, cut short, and without numbers of people', () => {
    const origin = originOf({
      Principal: `eva\u202e${'x'.repeat(500)}`,
      purpose: 'for DUI 01234567-8, 50%',
    });

    expect(origin?.principal).toMatch(/^eva\[U\+202E\]x+$/);
    expect(origin?.principal?.length).toBeLessThan(220);
    expect(origin?.purpose).toBe('for DUI [withheld], 50%');
  });
});
