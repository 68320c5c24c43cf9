import { LocalDate } from '../../shared/domain/local-date.ts';
import type { LoanFact, LoansOfDay, LoanTotals } from '../../shared/ports/loans-of-day.ts';

/** A token as the pseudonymiser makes them, with a name in it that tests can read. */
export function aToken(name: string): string {
  return `v1:${name.padEnd(22, '_')}`;
}

/** A loan of 1,000.00 that is not late. */
export function aLoanFact(name: string, facts: LoanFact = {}): LoanFact {
  return {
    loan_token: aToken(name),
    customer_token: aToken('customer'),
    payer_token: null,
    status: 'Current',
    dpd: 0,
    bucket: '0_7',
    is_live: true,
    is_writeoff: false,
    outstanding: '1000.00',
    written_off: '0.00',
    par_7: '0.00',
    par_30: '0.00',
    par_60: '0.00',
    par_90: '0.00',
    company: 'Abaco Technologies',
    product: 'factoring',
    state: 'San Salvador',
    segment: 'unknown',
    subcategoria_linea: 'unknown',
    line_band: 'unknown',
    customer_type: 'New',
    ticket_band: '<10K',
    term_band: '31-60',
    vintage: '2025-11',
    disburse_date: '2025-11-03',
    maturity_date: '2026-01-02',
    term: 60,
    principal: '1000.00',
    total_interest: '30.00',
    total_fees: '12.50',
    interest_rate: '0.030000',
    ...facts,
  };
}

export type DaysLoans = LoansOfDay & {
  /** How often the book was opened. */
  opened: number;
};

/** The loans of a day in batches of two. */
export function aDaysLoans(
  facts: readonly LoanFact[],
  more: Partial<Omit<LoansOfDay, 'open'>> & { readonly totals?: Partial<LoanTotals> } = {},
): DaysLoans {
  const { totals, ...rest } = more;
  const loans: DaysLoans = {
    asOf: LocalDate.parse('2025-12-31'),
    inputsHash: '1'.repeat(64),
    configVersion: 'c'.repeat(64),
    keyMark: aToken('key'),
    isCurrent: () => Promise.resolve(true),
    ...rest,
    opened: 0,
    open: () => {
      loans.opened += 1;
      return Promise.resolve({
        totals: { ...totalsOf(facts), ...totals },
        batches: () => inPairs(facts),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      });
    },
  };
  return loans;
}

function totalsOf(facts: readonly LoanFact[]): LoanTotals {
  return {
    reportingDate: '2025-12-31',
    balancesAsOf: '2025-12-31',
    loans: facts.length,
    outstanding: summed(facts.map(({ outstanding }) => outstanding)),
    writtenOff: summed(facts.map(({ written_off }) => written_off)),
  };
}

/** Of amounts with two places. */
function summed(amounts: readonly unknown[]): string {
  const cents = amounts.reduce<bigint>((sum, amount) => sum + BigInt(String(amount).replace('.', '')), 0n);
  return String(cents)
    .padStart(3, '0')
    .replace(/(\d\d)$/, '.$1');
}

async function* inPairs(facts: readonly LoanFact[]): AsyncGenerator<readonly LoanFact[]> {
  for (let from = 0; from < facts.length; from += 2) yield await Promise.resolve(facts.slice(from, from + 2));
}
