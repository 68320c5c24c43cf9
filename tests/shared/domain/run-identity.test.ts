import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DatasetId, Sha256 } from '../../../shared/domain/ids.ts';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { runIdOf } from '../../../shared/domain/run-identity.ts';

const LOANS = DatasetId.parse('looker/loans');
const TAPE = DatasetId.parse('cascade/loan_tape');
const CONTENT = Sha256.parse('ab'.repeat(32));

describe('the identity of a run', () => {
  it('is the same for the same content under the same contract', () => {
    expect(runIdOf(LOANS, 'loans', 1, CONTENT)).toBe(runIdOf(LOANS, 'loans', 1, CONTENT));
  });

  it('is the first 12 digits of the hash over dataset, contract, version and content', () => {
    const identity = `["looker/loans","loans",1,"${'ab'.repeat(32)}"]`;
    const digits = createHash('sha256').update(identity).digest('hex').slice(0, 12);

    expect(runIdOf(LOANS, 'loans', 1, CONTENT)).toBe(`run_${digits}`);
  });

  it('differs as soon as one of the four does', () => {
    const ids = [
      runIdOf(LOANS, 'loans', 1, CONTENT),
      runIdOf(TAPE, 'loans', 1, CONTENT),
      runIdOf(LOANS, 'loans_par', 1, CONTENT),
      runIdOf(LOANS, 'loans', 2, CONTENT),
      runIdOf(LOANS, 'loans', 1, Sha256.parse('ac'.repeat(32))),
    ];

    expect(new Set(ids).size).toBe(5);
  });

  it('differs by the day that a file was given, where its content tells none', () => {
    const [first, second] = ['2025-12-09', '2025-12-10'].map((day) => LocalDate.parse(day));
    const ids = [undefined, first, second].map((day) => runIdOf(TAPE, 'loan_tape_loans', 1, CONTENT, day));

    expect(new Set(ids).size).toBe(3);
    expect(ids).toContain(runIdOf(TAPE, 'loan_tape_loans', 1, CONTENT, second));
  });
});
