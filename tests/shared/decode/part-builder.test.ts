import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { loanTapeV1 } from '../../../shared/contracts/loan-tape.v1.ts';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import { type RowIssue, rowJudge } from '../../../shared/contracts/row-schema.ts';
import { cellAt } from '../../../shared/decode/column-batch.ts';
import { PartBuilder } from '../../../shared/decode/part-builder.ts';
import { rowCheck } from '../../../shared/decode/row-checks.ts';
import type { RejectedRow } from '../../../shared/decode/snapshot-part.ts';
import { PROBLEM_CODES } from '../../../shared/domain/problem.ts';
import { pseudonymiser } from '../../../shared/privacy/pseudonym.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';

const RUNS = { seed: 20_251_210, numRuns: 400 };
const tokenOf = pseudonymiser('a key for tests, of forty characters ...');
const CONTRACT = aContract({ columns: [aColumn({ name: 'id' }), aMoneyColumn({ name: 'amount' })] });

/** A row of plain cells, some of which are changed to something less plain. */
function rowsOf(contract: Contract): fc.Arbitrary<string[]> {
  const plain = { text: 'Ana', date: '2025-12-10', integer: '30', decimal: '0.20', boolean: 'false' };
  const odd = [
    '',
    'null',
    '0',
    '-1',
    '1.005',
    '0.000000001',
    'x',
    '2023-02-30',
    '2025-12-10T00:00:00Z',
    'true',
    '99',
    'USD',
  ];
  const cells = contract.columns.map(({ type, allowedValues }) =>
    fc.oneof(
      { arbitrary: fc.constant(allowedValues?.[0] ?? plain[type]), weight: 20 },
      { arbitrary: fc.constantFrom(...odd), weight: 1 },
    ),
  );
  return fc.tuple(...cells);
}

function judged(contract: Contract, cells: readonly string[]) {
  const builder = new PartBuilder(contract, tokenOf);
  builder.judgeRow({ record: 1, cell: (column) => cells[column] });
  const hasKeptIt = builder.batch.rows === 1;
  const check = rowCheck(contract, builder.batch)(0);
  const batch = builder.batch.take();
  const row = hasKeptIt ? batch.columns.map((vector) => cellAt(vector, 0)) : undefined;
  return { row, check, part: builder.finish() };
}

describe('a row', () => {
  it.each([
    ['of the PAR file', loanParBalancesV1],
    ['of the loans', loansV1],
    ['of the tape', loanTapeV1],
  ])('gets the verdict, the values and the words of the reference: %s', (_, contract) => {
    const judge = rowJudge(contract);
    const seen = { accepted: 0, rejected: 0 };
    fc.assert(
      fc.property(rowsOf(contract), (cells) => {
        const verdict = judge(
          Object.fromEntries(contract.columns.map(({ name }, index) => [name, cells[index]])),
        );

        const { row, check, part } = judged(contract, cells);

        seen[verdict.kind] += 1;
        const numbered = (issues: readonly RowIssue[]) =>
          issues.map((issue) => ({ ...issue, message: `row 1: ${issue.message}` }));
        if (verdict.kind === 'rejected') {
          expect(row).toBeUndefined();
          expect(part.rejectedRows).toMatchObject([{ record: 1, issues: numbered(verdict.issues) }]);
          return;
        }
        expect(row).toEqual(contract.columns.map(({ name }) => verdict.row[name]));
        expect(part.rejectedRows).toEqual([]);
        expect(part.issues).toEqual(
          numbered(verdict.remarks).map((remark) => ({ ...remark, count: 1, firstRecords: [1] })),
        );
        // The rules over columns agree: they hold unless a warning was raised.
        const rules = new Set<string>(contract.rules.map(({ code }) => code));
        expect(check).toBe(!verdict.remarks.some(({ code }) => rules.has(code)));
      }),
      RUNS,
    );

    expect(Math.min(seen.accepted, seen.rejected)).toBeGreaterThan(20);
  });

  it.each([
    ['of the PAR file', loanParBalancesV1],
    ['of the loans', loansV1],
    ['of the tape', loanTapeV1],
  ])('is counted as the reference counts it, also where it is no longer described: %s', (_, contract) => {
    const rows = fc.sample(rowsOf(contract), { seed: RUNS.seed, numRuns: 3_000 });
    const judge = rowJudge(contract);
    const builder = new PartBuilder(contract, tokenOf);
    const expected = new Map<string, number>();
    const codes: string[][] = [];
    for (const [index, cells] of rows.entries()) {
      builder.judgeRow({ record: index + 1, cell: (column) => cells[column] });
      const verdict = judge(Object.fromEntries(contract.columns.map(({ name }, at) => [name, cells[at]])));
      const issues = verdict.kind === 'accepted' ? verdict.remarks : verdict.issues;
      for (const { severity, code, column } of issues) {
        const key = `${severity} ${code} ${column}`;
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      if (verdict.kind === 'rejected') codes.push([...new Set(issues.map(({ code }) => code))]);
    }

    const { issues, rejectedRows } = builder.finish();

    const counted = issues.map(({ severity, code, column, count }) => [
      `${severity} ${code} ${column}`,
      count,
    ]);
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(expected));
    expect(issues.every(({ message }) => message.startsWith('row '))).toBe(true);
    expect(rejectedRows.some((row) => 'codes' in row)).toBe(true);
    expect(
      rejectedRows.map((row) =>
        'codes' in row ? row.codes : [...new Set(row.issues.map(({ code }) => code))],
      ),
    ).toEqual(codes);
  });

  it('is rejected with the codes alone once there are many of its kind, and still counted', () => {
    const builder = new PartBuilder(CONTRACT, tokenOf);
    for (let record = 1; record <= 250; record += 1) {
      builder.judgeRow({ record, offset: record * 10, cell: (column) => (column === 0 ? 'L1' : 'x') });
    }

    const part = builder.finish();

    expect(part).toMatchObject({ records: 250, accepted: 0, rejected: 250, rowGroup: undefined });
    expect(part.issues).toMatchObject([{ code: 'text-in-number', column: 'amount', count: 250 }]);
    expect(part.rejectedRows.filter((row) => 'issues' in row)).toHaveLength(100);
    expect(part.rejectedRows[249]).toEqual({ record: 250, offset: 2_500, codes: ['text-in-number'] });
  });

  it('is described less often beyond the first records of a file, where the words are already taken', () => {
    const builder = new PartBuilder(CONTRACT, tokenOf);
    const describedFrom = (first: number): number => {
      for (let record = first; record < first + 250; record += 1) {
        builder.judgeRow({ record, cell: (column) => (column === 0 ? 'L1' : 'x') });
      }
      return builder.finish().rejectedRows.filter((row) => 'issues' in row).length;
    };

    expect([describedFrom(1), describedFrom(65_537), describedFrom(9_000_000)]).toEqual([100, 10, 10]);
  });

  it('is described the same, whoever has read the parts before it', () => {
    const codes = PROBLEM_CODES.slice(0, 12);
    const tell = (builder: PartBuilder): readonly RejectedRow[] => {
      const faults = [...codes.slice(1).flatMap((code) => Array.from({ length: 12 }, () => code)), codes[0]];
      for (const [at, code = 'ragged-row'] of faults.entries())
        builder.rejectRecord({ record: 70_000 + at }, code, `row ${70_000 + at} is torn`);
      return builder.finish().rejectedRows;
    };
    const inSequence = new PartBuilder(CONTRACT, tokenOf);
    inSequence.rejectRecord({ record: 1 }, codes[0] ?? 'ragged-row', 'row 1 is torn');
    inSequence.finish();

    const rows = tell(inSequence);

    expect(rows).toEqual(tell(new PartBuilder(CONTRACT, tokenOf)));
    expect(rows.at(-1)).toMatchObject({ issues: [{ code: codes[0], message: 'row 70132 is torn' }] });
  });

  it('keeps nothing of a row before it that was not kept', () => {
    const builder = new PartBuilder(CONTRACT, tokenOf);
    builder.judgeRow({ record: 1, cell: (column) => ['gone', 'x'][column] });
    builder.judgeRow({ record: 2, cell: (column) => ['stays', '1'][column] });

    const { columns, rows } = builder.batch.take();

    expect(rows).toBe(1);
    expect(columns.map((vector) => cellAt(vector, 0))).toEqual(['stays', 100]);
  });

  it('that is torn is asked for its cells only when they are kept', () => {
    const builder = new PartBuilder(CONTRACT, tokenOf);
    let asked = 0;
    for (let record = 1; record <= 500; record += 1) {
      builder.rejectRecord({ record }, 'ragged-row', `row ${record} is torn`, () => {
        asked += 1;
        return { id: 'Ana' };
      });
    }

    const { rejectedRows } = builder.finish();

    expect(asked).toBe(100);
    expect(rejectedRows[0]).toMatchObject({ record: 1, cells: { id: tokenOf('id', 'Ana') } });
    expect(JSON.stringify(rejectedRows)).not.toContain('Ana');
  });
});

describe('a part', () => {
  it('is complete in itself: the next one begins from nothing', () => {
    const builder = new PartBuilder(CONTRACT, tokenOf);
    const read = (): unknown => {
      builder.judgeRow({ record: 1, cell: (column) => ['L1', '1.50'][column] });
      builder.judgeRow({ record: 2, cell: (column) => ['L2', '0.00999999999839929'][column] });
      builder.judgeRow({ record: 3, cell: (column) => ['L3', 'x'][column] });
      return builder.finish();
    };

    const first = read();

    expect(first).toMatchObject({ records: 3, accepted: 2, rejected: 1, totals: { amount: 151n } });
    expect(read()).toEqual(first);
    expect(builder.isFull).toBe(false);
  });

  it('is full when its texts are', () => {
    const columns = [aColumn({ name: 'id', maxCharacters: 1_000_000 })];
    const builder = new PartBuilder(aContract({ columns }), tokenOf);
    for (let record = 1; record <= 33; record += 1) {
      expect(builder.isFull).toBe(false);
      builder.judgeRow({ record, cell: () => `${record} ${'x'.repeat(999_000)}` });
    }
    builder.judgeRow({ record: 34, cell: () => 'y'.repeat(999_000) });

    expect(builder.isFull).toBe(true);
  });
});
