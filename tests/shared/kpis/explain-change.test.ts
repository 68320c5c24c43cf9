import { describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { add, rational, toDecimal } from '../../../shared/domain/rational.ts';
import { splitChange } from '../../../shared/kpis/explain-change.ts';
import { movesByDimension } from '../../../shared/kpis/explain-movers.ts';
import type { KpiResult } from '../../../shared/kpis/kpi-result.ts';
import { aKpiResult } from '../../support/a-kpi-mart.ts';

const DATES = { before: '2025-11-30', now: '2025-12-31' } as const;

function at(
  when: keyof typeof DATES,
  [numerator, denominator, value]: readonly [string | null, string | null, string | null],
  dimension: Record<string, string> = {},
): KpiResult {
  const reportingDate = LocalDate.parse(DATES[when]);
  return aKpiResult({ id: 'risk.par_30', reportingDate, numerator, denominator, value, dimension });
}

describe('the change of a ratio', () => {
  // 40 of 1,000 is 4 %, 90 of 1,500 is 6 %: two points more. From the numerator: 50 x (1/1000 + 1/1500) / 2 x 100 =
  // 50 x 0.0008333... x 100 = 4.1666...; from the denominator: (1/1500 - 1/1000) x (40 + 90) / 2 x 100 = -2.1666...
  const before = at('before', ['40.00', '1000.00', '4.0000000000']);
  const now = at('now', ['90.00', '1500.00', '6.0000000000']);

  it('is split into the part from the numerator and the part from the denominator', () => {
    expect(splitChange(now, before)).toMatchObject({
      since: '2025-11-30',
      change: '2.0000000000',
      numerator: { before: '40.00', now: '90.00', change: '50.00' },
      denominator: { before: '1000.00', now: '1500.00', change: '500.00' },
      fromNumerator: '4.1666666667',
      fromDenominator: '-2.1666666667',
      method: expect.stringContaining('the two parts are the change exactly'),
    });
  });

  it('comes from one side alone when the other stood still', () => {
    const onlyAbove = at('now', ['60.00', '1000.00', '6.0000000000']);
    const onlyBelow = at('now', ['40.00', '800.00', '5.0000000000']);

    expect(splitChange(onlyAbove, before)).toMatchObject({
      fromNumerator: '2.0000000000',
      fromDenominator: '0.0000000000',
    });
    expect(splitChange(onlyBelow, before)).toMatchObject({
      fromNumerator: '0.0000000000',
      fromDenominator: '1.0000000000',
    });
  });

  it('may begin at nothing', () => {
    const none = at('before', ['0.00', '1000.00', '0.0000000000']);

    // 90 x (1/1000 + 1/1500) / 2 x 100 = 7.5, and -(1/3000) x 45 x 100 = -1.5.
    expect(splitChange(now, none)).toMatchObject({
      fromNumerator: '7.5000000000',
      fromDenominator: '-1.5000000000',
    });
  });

  it.each([
    ['the value is more than a division', at('now', ['90.00', '1500.00', '0.0000000001'])],
    ['there is no value', at('now', ['90.00', '0.00', null])],
    ['there are no sides', at('now', [null, null, '6.0000000000'])],
  ])('is not split when %s', (_, other) => {
    expect(splitChange(other, before)).toBeUndefined();
  });

  it('adds up for any figures, whatever is rounded', () => {
    for (let step = 1; step < 200; step += 1) {
      const figures = (seed: number): [string, string, string] => {
        const n = BigInt((seed * 7_919) % 100_003);
        const d = BigInt((seed * 104_729) % 99_991) + 1n;
        return [`${n}.00`, `${d}.00`, toDecimal({ numerator: n * 100n, denominator: d }, 10)];
      };

      const split = splitChange(at('now', figures(step)), at('before', figures(step + 1)));

      const { fromNumerator = '', fromDenominator = '', change = '' } = split ?? {};
      expect(toDecimal(add(rational(fromNumerator), rational(fromDenominator)), 10)).toBe(change);
    }
  });
});

it('the change of a sum comes from the sum', () => {
  const before = at('before', ['40.00', null, '40.00']);
  const now = at('now', ['90.00', null, '90.00']);

  expect(splitChange(now, before)).toMatchObject({
    change: '50.00',
    denominator: null,
    fromNumerator: '50.00',
    fromDenominator: '0.0000000000',
    method: expect.stringContaining('a sum and not a ratio'),
  });
});

describe('what moved a ratio', () => {
  const before = at('before', ['40.00', '1000.00', '4.0000000000']);
  const now = at('now', ['90.00', '1500.00', '6.0000000000']);
  const company = (name: string) => ({ company: name });
  // ABF goes from 30 of 600 to 30 of 500 and ABT from 10 of 400 to 60 of 1,000.
  const breakdowns = [
    at('before', ['30.00', '600.00', '5.0000000000'], company('ABF')),
    at('before', ['10.00', '400.00', '2.5000000000'], company('ABT')),
    at('now', ['30.00', '500.00', '6.0000000000'], company('ABF')),
    at('now', ['60.00', '1000.00', '6.0000000000'], company('ABT')),
  ];

  it('is told by each dimension, the largest contribution first, and adds up to the change', () => {
    // ABT: 50 x (1/1000 + 1/1500) / 2 x 100 = 4.1666..., less 600 x (130 / 2) / (1000 x 1500) x 100 = 2.6, is 1.5666...
    // ABF: 0 plus 100 x 65 / 1500000 x 100 = 0.4333...
    expect(movesByDimension(now, before, breakdowns)).toEqual([
      {
        dimension: 'company',
        isAdditive: true,
        values: [
          {
            of: 'ABT',
            before: { value: '2.5000000000', numerator: '10.00', denominator: '400.00' },
            now: { value: '6.0000000000', numerator: '60.00', denominator: '1000.00' },
            contribution: '1.5666666667',
          },
          {
            of: 'ABF',
            before: { value: '5.0000000000', numerator: '30.00', denominator: '600.00' },
            now: { value: '6.0000000000', numerator: '30.00', denominator: '500.00' },
            contribution: '0.4333333333',
          },
        ],
        others: { count: 0, contribution: '0.0000000000' },
      },
    ]);
  });

  it('may be a part that was not there before, or is gone', () => {
    const came = [
      at('before', ['40.00', '1000.00', '4.0000000000'], company('ABF')),
      at('now', ['90.00', '1500.00', '6.0000000000'], company('ABT')),
    ];

    const [moves] = movesByDimension(now, before, came);

    expect(moves?.values.map(({ of, before: was, now: is }) => [of, was === null, is === null])).toEqual([
      ['ABF', false, true],
      ['ABT', true, false],
    ]);
    expect(moves?.isAdditive).toBe(true);
  });

  it('has no contributions where the parts are not the whole', () => {
    const [moves] = movesByDimension(now, before, breakdowns.slice(1));

    expect(moves).toMatchObject({ isAdditive: false, others: { count: 0, contribution: null } });
    expect(moves?.values.map(({ of, contribution }) => [of, contribution])).toEqual([
      ['ABT', null],
      ['ABF', null],
    ]);
  });

  it('names eight values of a dimension and puts the others together', () => {
    const states = Array.from({ length: 11 }, (_, index) => ({ state: `state ${index}` }));
    const sum = (when: keyof typeof DATES, step: number): KpiResult =>
      at(when, [`${55 * step}.00`, null, `${55 * step}.00`]);
    const parts = states.flatMap((state, index) => [
      at('before', [`${index}.00`, null, `${index}.00`], state),
      at('now', [`${index * 2}.00`, null, `${index * 2}.00`], state),
    ]);

    const [moves] = movesByDimension(sum('now', 2), sum('before', 1), parts);

    expect(moves?.values.map(({ of }) => of)).toEqual(
      [10, 9, 8, 7, 6, 5, 4, 3].map((index) => `state ${index}`),
    );
    // 2 + 1 + 0.
    expect(moves?.others).toEqual({ count: 3, contribution: '3.0000000000' });
  });

  it('is not told from another version or another model', () => {
    const others = breakdowns.flatMap((part) => [
      { ...part, version: 2 },
      { ...part, model: 'another_mart' },
    ]);

    expect(movesByDimension(now, before, others)).toEqual([]);
  });
});
