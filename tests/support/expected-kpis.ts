import type { ExpectedParDate, ExpectedSums } from '../../local/generate/expected-sums.ts';
import { formatScaled } from '../../shared/domain/rational.ts';
import type { KpiResult } from '../../shared/kpis/kpi-result.ts';

// The generator's sums as the parts of KPIs. Two decimals are the same when their digits are, so that a sum
// with more places than the other still compares exactly.

/** Numerator and denominator of a KPI; null where it has none. */
export type Parts = readonly [numerator: string, denominator: string | null];

const FROM_PAR_FILE: Readonly<Record<string, (date: ExpectedParDate) => Parts>> = {
  'port.outstanding': ({ outstanding }) => [outstanding, null],
  'port.active_loans': ({ activeLoans }) => [activeLoans, null],
  'port.written_off': ({ writtenOff }) => [writtenOff, null],
  'port.written_off_loans': ({ writtenOffLoans }) => [writtenOffLoans, null],
  'risk.par_7': ({ par7, outstanding }) => [par7, outstanding],
  'risk.par_30': ({ par30, outstanding }) => [par30, outstanding],
  'risk.par_60': ({ par60, outstanding }) => [par60, outstanding],
  'risk.par_90': ({ par90, outstanding }) => [par90, outstanding],
  'risk.par_30_incl_writeoff': ({ par30, outstanding, writtenOff }) => [
    sum(par30, writtenOff),
    sum(outstanding, writtenOff),
  ],
  'risk.par_90_incl_writeoff': ({ par90, outstanding, writtenOff }) => [
    sum(par90, writtenOff),
    sum(outstanding, writtenOff),
  ],
};

/** What a PAR file gives, by KPI and reporting date. */
export function expectedSeries(sums: ExpectedSums): Record<string, Record<string, Parts>> {
  return Object.fromEntries(
    Object.entries(FROM_PAR_FILE).map(([id, parts]) => [
      id,
      Object.fromEntries(sums.parDates.map((date) => [date.reportingDate, plainParts(parts(date))])),
    ]),
  );
}

/** What a PAR file gives at its newest reporting date. */
export function expectedOfParFile(sums: ExpectedSums): Record<string, Parts> {
  const newest = sums.parDates.at(-1);
  if (newest === undefined) throw new RangeError('the book has no reporting date');
  return Object.fromEntries(
    Object.entries(FROM_PAR_FILE).map(([id, parts]) => [id, plainParts(parts(newest))]),
  );
}

/** What the loans, PAR and tape files of one book give together at the newest reporting date. */
export function expectedOfBook(sums: ExpectedSums): Record<string, Parts> {
  const { newest, loans, tape } = sums;
  const outstanding = sums.parDates.at(-1)?.outstanding;
  if (newest === undefined || loans === undefined || tape === undefined || outstanding === undefined)
    throw new RangeError('this is not a whole book');
  const { disbursements } = newest;
  const rest: Record<string, Parts> = {
    'port.active_clients': [newest.activeClients, null],
    'port.concentration_top10_clients': [newest.top10Clients, outstanding],
    'port.hhi': [newest.squaredClientOutstanding, formatScaled(cents(outstanding) ** 2n, 4)],
    'price.weighted_apr': [newest.weightedAprNumerator, outstanding],
    'port.loan_count': [loans.loans, null],
    'port.total_volume': [loans.volume, null],
    'port.customers': [loans.customers, null],
    'port.average_ticket': [disbursements.volume, disbursements.loans],
    'risk.cash_cover': [tape.cashAvailable, tape.totalEligible],
  };
  return {
    ...expectedOfParFile(sums),
    ...Object.fromEntries(Object.entries(rest).map(([id, parts]) => [id, plainParts(parts)])),
  };
}

/** The parts of computed KPIs by id, those left out that have none. */
export function partsOf(
  kpis: readonly Pick<KpiResult, 'id' | 'numerator' | 'denominator'>[],
): Record<string, Parts> {
  return Object.fromEntries(
    kpis.flatMap(({ id, numerator, denominator }) =>
      numerator === null ? [] : [[id, plainParts([numerator, denominator])]],
    ),
  );
}

/** The same by KPI and reporting date. */
export function seriesOf(
  series: readonly Pick<KpiResult, 'id' | 'reportingDate' | 'numerator' | 'denominator'>[],
): Record<string, Record<string, Parts>> {
  const byKpi: Record<string, Record<string, Parts>> = {};
  for (const { id, reportingDate, numerator, denominator } of series) {
    if (numerator !== null) (byKpi[id] ??= {})[reportingDate] = plainParts([numerator, denominator]);
  }
  return byKpi;
}

function plainParts([numerator, denominator]: Parts): Parts {
  return [plain(numerator), denominator === null ? null : plain(denominator)];
}

function plain(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function sum(a: string, b: string): string {
  return formatScaled(cents(a) + cents(b), 2);
}

function cents(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(2, '0'));
}
