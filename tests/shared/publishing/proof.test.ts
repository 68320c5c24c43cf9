import { describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import type { ParityMismatch } from '../../../shared/kpis/parity-result.ts';
import { languageOf } from '../../../shared/publishing/language/language.ts';
import { proofOf } from '../../../shared/publishing/proof.ts';

const mismatch: ParityMismatch = {
  kpi: 'risk.par_90',
  version: 1,
  reportingDate: LocalDate.parse('2025-12-31'),
  part: 'value',
  engine: '5.4',
  twin: '5.3',
  difference: '0.1',
};

describe('the proof of the numbers', () => {
  it('is none where nothing was computed a second time', () => {
    expect(proofOf(undefined)).toEqual({
      isProved: false,
      sentence: 'No number of this book was computed a second time.',
    });
  });

  it('says how many values agree, and what nobody proves', () => {
    const parity = { checked: 1_312, mismatches: [], unproven: ['risk.ecl'] };

    expect(proofOf(parity)).toEqual({
      isProved: true,
      sentence:
        '1,312 values of core figures were computed a second time by other code, and all agree. Nothing proves risk.ecl.',
    });
    expect(proofOf(parity, languageOf('es')).sentence).toContain('todos coinciden. Nada prueba risk.ecl.');
  });

  it('names what came out otherwise, each once', () => {
    const parity = { checked: 12, mismatches: [mismatch, mismatch], unproven: [] };

    expect(proofOf(parity)).toEqual({
      isProved: false,
      sentence:
        '2 of 12 values of core figures came out otherwise when other code computed them (risk.par_90). Do not use these.',
    });
  });
});
