import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { type RawRow, rowJudge } from '../../../shared/contracts/row-schema.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'id', pii: 'quasi' }),
    aMoneyColumn({ name: 'amount' }),
    aMoneyColumn({ name: 'limit', scale: 2, excessScale: 'round' }),
    aColumn({
      name: 'state',
      nullable: true,
      optional: true,
      allowedValues: ['on', 'off'],
      onUnknownValue: 'warn',
    }),
  ],
  rules: [
    {
      kind: 'at-most',
      code: 'balance-above-principal',
      severity: 'error',
      column: 'amount',
      limit: 'limit',
      within: '0.00',
    },
    {
      kind: 'includes',
      code: 'tape-90-plus',
      severity: 'warning',
      column: 'amount',
      part: 'limit',
    },
  ],
});

const GOOD: RawRow = { id: 'L1', amount: '5.00', limit: '5.00', state: 'on' };
const judgeOf = (contract: Contract, raw: RawRow) => rowJudge(contract)(raw);
const judge = (change: RawRow) => judgeOf(CONTRACT, { ...GOOD, ...change });

describe('a row that keeps to the contract', () => {
  it('comes back typed, without remarks', () => {
    expect(judge({})).toEqual({
      kind: 'accepted',
      row: { id: 'L1', amount: 500, limit: 500, state: 'on' },
      remarks: [],
    });
  });

  it('is empty where the file has no such column', () => {
    const { state: _, ...withoutState } = GOOD;

    expect(judgeOf(CONTRACT, withoutState)).toMatchObject({ kind: 'accepted', row: { state: null } });
  });
});

describe('a remark', () => {
  it.each<[string, RawRow, object]>([
    [
      'on float residue is a notice',
      { amount: '4.999999999999', limit: '5.00' },
      {
        column: 'amount',
        code: 'excess-scale',
        severity: 'notice',
        message: 'amount "4.999999999999" is float residue and was rounded to 2 digits',
      },
    ],
    [
      'on a rounded value is a warning',
      { amount: '5.12', limit: '5.123' },
      {
        column: 'limit',
        code: 'excess-scale',
        severity: 'warning',
        message: 'limit "5.123" was rounded to 2 digits',
      },
    ],
    [
      'on an unknown word is a warning',
      { state: 'paused' },
      {
        column: 'state',
        code: 'unknown-value',
        severity: 'warning',
        message: 'state, a text of 6 characters, is not one of on, off and was kept as it is',
      },
    ],
    [
      'on a rule that only warns has the words of the rule',
      { amount: '4.00' },
      {
        column: 'amount',
        code: 'tape-90-plus',
        severity: 'warning',
        message: 'amount 4.00 is less than limit 5.00, which is part of it; the row was kept as it is',
      },
    ],
  ])('%s', (_, change, remark) => {
    expect(judge(change)).toMatchObject({ kind: 'accepted', remarks: [remark] });
  });

  it('does not stick to the next row', () => {
    const judgeRow = rowJudge(CONTRACT);

    const first = judgeRow({ ...GOOD, state: 'paused' });
    const second = judgeRow(GOOD);

    expect(first).toMatchObject({ remarks: [{ code: 'unknown-value' }] });
    expect(second).toMatchObject({ remarks: [] });
  });
});

describe('a row that breaks the contract', () => {
  it('is told everything that is wrong with its cells at once', () => {
    const verdict = judge({ id: '', amount: 'five', limit: undefined });

    expect(verdict).toEqual({
      kind: 'rejected',
      issues: [
        { code: 'missing-value', severity: 'error', column: 'id', message: 'id is empty' },
        {
          code: 'text-in-number',
          severity: 'error',
          column: 'amount',
          message: 'amount, a text of 4 characters, is not a number',
        },
        { code: 'missing-value', severity: 'error', column: 'limit', message: 'limit is empty' },
      ],
    });
  });

  it('is told which rule it breaks, once its cells can be read', () => {
    expect(judge({ amount: '5.01' })).toEqual({
      kind: 'rejected',
      issues: [
        {
          code: 'balance-above-principal',
          severity: 'error',
          column: 'amount',
          message: 'amount 5.01 is more than limit 5.00',
        },
      ],
    });
  });

  it('says of a null word that it means no value', () => {
    expect(judge({ amount: 'NaN' })).toMatchObject({
      issues: [
        {
          code: 'missing-value',
          message: 'amount "NaN" holds a word that means no value, but the contract needs one',
        },
      ],
    });
  });

  it('is quoted where it holds a number, and described where it holds words or a date', () => {
    for (const [amount, said] of [
      ['1,234,56', 'amount "1,234,56"'],
      ['2025-12-10', 'amount, a text of 10 characters,'],
      ['Juan Perez, DUI 01234567-8', 'amount, a text of 26 characters,'],
      [`1"\n${'7'.repeat(60)}`, 'amount, a text of 63 characters,'],
    ] as const) {
      expect(judge({ amount })).toMatchObject({ issues: [{ message: `${said} is not a number` }] });
    }
  });

  it('is not quoted where its text is endless', () => {
    expect(judge({ state: 'x'.repeat(1_001) })).toMatchObject({
      kind: 'rejected',
      issues: [
        {
          code: 'out-of-range',
          message: 'state, a text of 1001 characters, is longer than 1,000 characters',
        },
      ],
    });
  });

  it('is not lost when what is no text at all gets this far', () => {
    const verdict = judgeOf(CONTRACT, { ...GOOD, amount: 5 as unknown as string });

    expect(verdict).toMatchObject({
      kind: 'rejected',
      issues: [{ code: 'malformed-row', column: 'amount' }],
    });
  });
});

describe('values that could name a person', () => {
  it.each(['quasi', 'direct'] as const)('are never repeated in a message (%s)', (pii) => {
    const types = ['text', 'date', 'integer', 'decimal', 'boolean'] as const;
    const secret = fc.stringMatching(/^Zz[A-Za-z0-9]{6,60}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom(...types), fc.boolean(), (value, type, isLenient) => {
        const column = aColumn({
          name: 'who',
          type,
          pii,
          allowedValues: ['known'],
          onUnknownValue: isLenient ? 'warn' : 'reject',
        });

        const verdict = judgeOf(aContract({ columns: [column] }), { who: value });

        expect(JSON.stringify(verdict.kind === 'rejected' ? verdict.issues : verdict.remarks)).not.toContain(
          value,
        );
      }),
      { seed: 20_251_210, numRuns: 200 },
    );
  });

  it('are not given away by float residue or rounding either', () => {
    const column = aMoneyColumn({ name: 'score', pii: 'direct', excessScale: 'round' });

    for (const text of ['612.3400000001', '612.345']) {
      const verdict = judgeOf(aContract({ columns: [column] }), { score: text });

      expect(JSON.stringify(verdict.kind === 'accepted' && verdict.remarks)).not.toContain('612');
    }
  });
});
