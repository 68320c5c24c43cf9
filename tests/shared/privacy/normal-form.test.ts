import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalForm } from '../../../shared/privacy/normal-form.ts';

const RUNS = { seed: 20_251_210, numRuns: 2_000 };
const DOMAINS = ['name', 'email', 'phone', 'dui', 'nit', 'trait', 'customer'];

describe('the normal form', () => {
  it.each([
    ['name', '  Pérez,  JUAN ', 'perez juan'],
    ['name', 'Peña', 'pena'],
    ['name', "O'Brien", 'obrien'],
    ['name', 'O’BRIEN', 'obrien'],
    ['name', 'Comercial Díaz, S.A. de C.V.', 'comercial diaz sa de cv'],
    ['name', 'COMERCIAL DIAZ SA DE CV', 'comercial diaz sa de cv'],
    ['name', 'Ana-María', 'ana maria'],
    ['name', 'Groß', 'gross'],
    ['name', 'ΝΙΚΟΣ', 'νικοσ'],
    ['name', '---', '---'],
    ['email', ' Ana.Lopez@Example.COM\n', 'ana.lopez@example.com'],
    ['phone', '+503 7123-4567', '71234567'],
    ['phone', '(503) 7123 4567', '71234567'],
    ['phone', '00503.7123.4567', '71234567'],
    ['phone', '7123-4567', '71234567'],
    ['phone', '5031-2345', '50312345'],
    ['phone', '+1 (305) 555-0100', '13055550100'],
    ['phone', 'Call Ana', 'call ana'],
    ['phone', '7123-4567 ext. 2', '7123-4567 ext. 2'],
    ['phone', ' - ', '-'],
    ['dui', '01234567-8', '012345678'],
    ['dui', ' 01234567 8', '012345678'],
    ['dui', 'none', 'none'],
    ['nit', '0614-010190-101-1', '06140101901011'],
    ['trait', '43500.00', '43500'],
    ['trait', '0.0', '0'],
    ['trait', '100', '100'],
    ['trait', '100.10', '100.1'],
    ['trait', '-100.00', '-100'],
    ['trait', '1990-05-01', '1990-05-01'],
    ['trait', '1.2.30', '1.2.30'],
    ['customer', ' CLI  0001 ', 'cli 0001'],
    ['customer', 'Peña', 'peña'],
    ['loan_id', 'ABF - DSB0007-001', 'abf - dsb0007-001'],
  ])('of a %s: %j is %j', (domain, value, form) => {
    expect(normalForm(domain, value)).toBe(form);
  });

  // In work that grows with its length alone: as its square, a million zeros would never end.
  it.each(DOMAINS)('of a million characters is found: %s', (domain) => {
    const zeros = '0'.repeat(1_000_000);

    for (const value of [`${zeros}.${zeros}1`, `1.${zeros}`, `${' '.repeat(1_000_000)}x`, `${zeros}x`]) {
      expect(normalForm(domain, value).length).toBeLessThanOrEqual(value.length);
    }
    expect(normalForm('trait', `7.${zeros}`)).toBe('7');
  });

  it.each(DOMAINS)('of a normal form is itself: %s', (domain) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const form = normalForm(domain, value);

        expect(normalForm(domain, form)).toBe(form);
      }),
      RUNS,
    );
  });

  it.each(DOMAINS)('is empty for blanks only, so that nobody shares a token with strangers: %s', (domain) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        expect(normalForm(domain, value) === '').toBe(value.normalize('NFKC').trim() === '');
      }),
      RUNS,
    );
  });

  it('of a telephone number does not depend on how its digits are grouped', () => {
    const phone = fc.stringMatching(/^[267]\d{7}$/);
    const before = fc.constantFrom('', '+503 ', '503-', '(503)', '00503 ', '+503');
    const between = fc.constantFrom('', ' ', '-', '.');

    fc.assert(
      fc.property(phone, before, between, (digits, code, separator) => {
        const typed = `${code}${digits.slice(0, 4)}${separator}${digits.slice(4)}`;

        expect(normalForm('phone', typed)).toBe(digits);
      }),
      RUNS,
    );
  });
});
