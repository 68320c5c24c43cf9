import { formatScaled } from '../../shared/domain/rational.ts';
import type { DerivedTable, KpiMart, KpiResult } from '../../shared/kpis/kpi-result.ts';
import { aKpiMart, monthEnd } from './a-kpi-mart.ts';

// The small lender's book with everything that a mart may have: parts, quarters, a replaced definition and the derived
// tables. Each company has a part of every amount of the book in hundredths, so that parts add up to the whole.

const COMPANIES = { ABF: 70n, ABT: 30n } as const;
const DIVIDED = ['risk.par_7', 'risk.par_30', 'risk.par_60', 'risk.par_90', 'port.outstanding'];
const NEWEST = 35;

export function aFullMart(overrides: Partial<KpiMart> = {}): KpiMart {
  const mart = aKpiMart();
  return {
    ...mart,
    kpis: mart.kpis.map((kpi) => (kpi.id === 'risk.par_90' ? { ...kpi, version: 2 } : kpi)),
    former: formerOf(mart),
    breakdowns: breakdownsOf(mart),
    quarters: mart.series.filter(({ reportingDate }) => /-(03|06|09|12)-/.test(reportingDate)),
    contributors: [],
    tables: [aRollMatrix(), aVintageTable(), aClientTable(), aMonthlyFact()],
    ...overrides,
  };
}

/** PAR 90 by a first version that took written-off loans in: 5.62 % where the second has 5.40 %. */
function formerOf({ kpis }: KpiMart): KpiResult[] {
  return kpis.flatMap((kpi) =>
    kpi.id === 'risk.par_90'
      ? [{ ...kpi, version: 1, value: '5.6200000000', numerator: '674669.76', status: 'critical' as const }]
      : [],
  );
}

function breakdownsOf({ series }: KpiMart): KpiResult[] {
  const dates = [monthEnd(NEWEST), monthEnd(NEWEST - 1)];
  return series
    .filter(({ id, reportingDate }) => DIVIDED.includes(id) && dates.includes(reportingDate))
    .flatMap((kpi) =>
      Object.entries(COMPANIES).map(([company, share]) => ({
        ...kpi,
        dimension: { company },
        value: kpi.denominator === null ? part(kpi.value, share) : kpi.value,
        numerator: part(kpi.numerator, share),
        denominator: part(kpi.denominator, share),
      })),
    );
}

/** A part of an amount; two more digits keep it exact. */
function part(amount: string | null, share: bigint): string | null {
  if (amount === null) return null;
  const [whole = '', fraction = ''] = amount.split('.');
  return formatScaled(BigInt(whole + fraction) * share, fraction.length + 2);
}

const STATES = ['0-6', '7-29', '30-59', '60-89', '90-180', 'written_off', 'closed'];
/** Of 10,000.00 in each state: most stays or gets better, a part gets worse. */
const ROLLS = [
  [8_600, 700, 0, 0, 0, 0, 700],
  [4_100, 3_200, 1_900, 0, 0, 0, 800],
  [900, 600, 4_300, 3_600, 0, 0, 600],
  [200, 100, 400, 4_100, 4_700, 0, 500],
  [100, 0, 0, 200, 7_400, 1_900, 400],
];

export function aRollMatrix(): DerivedTable {
  const rows = ROLLS.flatMap((targets, from) =>
    targets.map((balance, to) => [monthEnd(NEWEST), STATES[from] ?? '', STATES[to] ?? '', `${balance}.00`]),
  );
  return aTable(
    'table_roll_matrix',
    { reporting_date: 'date', from_state: 'text', to_state: 'text', balance: 'decimal' },
    rows,
  );
}

/** Fourteen cohorts of 2024 and 2025, each watched until December 2025; the newer ones go bad faster. */
export function aVintageTable(): DerivedTable {
  const rows = Array.from({ length: 14 }, (_, cohort) => cohort + 22).flatMap((month) =>
    Array.from({ length: NEWEST - month + 1 }, (_, age) => [
      monthEnd(month).slice(0, 7),
      String(age),
      formatScaled(BigInt(Math.max(0, age - 2) * (30 + (month - 22) * 6)), 2),
    ]),
  );
  return aTable(
    'table_vintages',
    { vintage: 'text', months_on_book: 'integer', bad_90_percent: 'decimal' },
    rows,
  );
}

export function aClientTable(): DerivedTable {
  const rows = Array.from({ length: 12 }, (_, rank) => [
    `c_${(0x9f3a17c2 - rank * 0x1a2b3c4).toString(16)}`,
    formatScaled(BigInt(52_000_000 - rank * 3_100_000), 2),
    formatScaled(BigInt(433 - rank * 26), 2),
  ]);
  return aTable(
    'table_top_clients',
    { customer_id: 'text', outstanding: 'decimal', share_pct: 'decimal' },
    rows,
  );
}

export function aMonthlyFact(): DerivedTable {
  const rows = Array.from({ length: 36 }, (_, month) => [
    monthEnd(month),
    formatScaled(BigInt(month + 13) * 25_010_000n, 2),
    String(118 + month * 3),
    formatScaled(BigInt(month + 13) * 812_300n, 2),
    month < 3 ? null : formatScaled(BigInt(3_650 + month), 4),
  ]);
  return aTable(
    'table_monthly_fact',
    {
      month: 'date',
      outstanding: 'decimal',
      active_clients: 'integer',
      sched_revenue: 'decimal',
      apr_realized: 'decimal',
    },
    rows,
  );
}

function aTable(
  name: string,
  columns: Readonly<Record<string, DerivedTable['columns'][number]['type']>>,
  rows: DerivedTable['rows'],
): DerivedTable {
  return { name, columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })), rows };
}
