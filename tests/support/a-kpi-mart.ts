import { BookId, DatasetId, RunId, Sha256 } from '../../shared/domain/ids.ts';
import { endOfMonth, LocalDate } from '../../shared/domain/local-date.ts';
import {
  compare,
  divide,
  formatScaled,
  multiply,
  rational,
  toDecimal,
} from '../../shared/domain/rational.ts';
import type { BookEntry, KpiMart, KpiResult, KpiStatus } from '../../shared/kpis/kpi-result.ts';
import type { ValidationReport } from '../../shared/runs/documents.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';

// A small lender's book at 36 month ends, 2023-01-31 to 2025-12-31, and the run that brought the newest one.
// Month n (0 to 35) has 250,100 x (n + 13) USD outstanding: 11,754,700.00 in November 2025, 12,004,800.00 in
// December. PAR n is a share of it in hundredths of a percent, so every amount is exact to the cent.

const MONTHS = 36;
const FIRST_YEAR = 2023;

/** PAR 90 in hundredths of a percent: it climbs, is worked down, and passes 5 % in the last month. */
const PAR_90 = [
  180, 185, 192, 204, 211, 220, 236, 241, 255, 268, 262, 270, 281, 296, 310, 322, 315, 309, 301, 296, 288,
  280, 285, 297, 306, 318, 334, 351, 362, 380, 397, 418, 436, 455, 480, 540,
];

/** What lies above PAR 90, in hundredths of a percent of the outstanding balance: 60 to 89 days, and so on. */
const ABOVE_PAR_90 = { par_60: 60, par_30: 160, par_7: 460 };

const RUN_ID = RunId.parse('run_4f1c29ab03de');
const INPUT_SHA = Sha256.parse('4f1c29ab03de'.padEnd(64, '7'));

/** KPIs of all 36 month ends; `months` keeps the newest ones only. */
export function aKpiMart(overrides: Partial<KpiMart> & { months?: number } = {}): KpiMart {
  const { months = MONTHS, ...rest } = overrides;
  const asOf = rest.asOf ?? monthEnd(MONTHS - 1);
  const series = Array.from({ length: months }, (_, index) => kpisOf(MONTHS - months + index)).flat();
  return {
    bookId: BookId.parse('book_9b2f00c4d1e7'),
    asOf,
    grain: 'month',
    book: [
      aBookEntry({ asOf }),
      aBookEntry({ dataset: DatasetId.parse('looker/loans'), relation: 'loans', rows: 2_310 }),
    ],
    catalogSha256: Sha256.parse('c0ffee'.padEnd(64, '1')),
    kpis: kpisOf(MONTHS - 1),
    series,
    former: [],
    breakdowns: [],
    quarters: [],
    contributors: [],
    tables: [],
    ...rest,
  };
}

/** PAR 90 of December 2025: 648,259.20 of 12,004,800.00 is 5.40 %, critical. */
export function aKpiResult(overrides: Partial<KpiResult> = {}): KpiResult {
  return { ...par(MONTHS - 1, 90, 0, { warning: '3', critical: '5' }), ...overrides };
}

export function aBookEntry(overrides: Partial<BookEntry> = {}): BookEntry {
  return {
    dataset: DatasetId.parse('looker/loan_par_balances'),
    relation: 'loan_par_balances',
    asOf: monthEnd(MONTHS - 1),
    sha256: INPUT_SHA,
    contractVersion: 3,
    runId: RUN_ID,
    stagingPath: `looker/loan_par_balances/as_of=${monthEnd(MONTHS - 1)}/${RUN_ID}.parquet`,
    stagedSha256: INPUT_SHA,
    rows: 31_210,
    ...overrides,
  };
}

/** A run that went through, with twelve rows in quarantine. */
export function aRun(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: RUN_ID,
    dataset: DatasetId.parse('looker/loan_par_balances'),
    contract: 'loan_par_balances',
    contractVersion: 3,
    sha256: INPUT_SHA,
    drop: {
      path: 'looker/loan_par_balances/loan_par_balances_2025-12.csv',
      etag: '"0x8DD0A1B2C3D4E5F"',
      landedAt: '2026-01-05T06:30:00.000Z',
      bytes: 4_812_331,
    },
    rawPath: `looker/loan_par_balances/2026-01-05/${INPUT_SHA}.csv`,
    status: 'success',
    stage: 'publish',
    attempt: 1,
    cause: 'drop',
    startedAt: '2026-01-05T06:30:01.000Z',
    updatedAt: '2026-01-05T06:30:09.400Z',
    completedAt: '2026-01-05T06:30:09.400Z',
    asOf: monthEnd(MONTHS - 1),
    relation: 'loan_par_balances',
    rows: 31_222,
    rejectedRows: 12,
    bookId: BookId.parse('book_9b2f00c4d1e7'),
    problems: [],
    phases: {},
    trail: aTrail(),
    duplicates: 0,
    ...overrides,
  };
}

/** A run whose file was refused as a whole. */
export function aRejectedRun(overrides: Partial<RunRecord> = {}): RunRecord {
  const { asOf: _, rejectedRows: __, bookId: ___, rows: ____, ...run } = aRun();
  return {
    ...run,
    runId: RunId.parse('run_00ab12cd34ef'),
    status: 'rejected',
    stage: 'validate',
    trail: aTrail().slice(0, 2),
    problems: [
      {
        code: 'missing-column',
        severity: 'error',
        column: 'outstanding_balance_usd',
        message:
          'Contract loan_par_balances@3: column outstanding_balance_usd is missing (the file has outstanding_bal). Nothing was promoted. Rename the column, or release version 4 of the contract.',
      },
    ],
    ...overrides,
  };
}

/** The four stages of the first attempt. */
function aTrail(): RunRecord['trail'] {
  return [
    {
      stage: 'ingest',
      attempt: 1,
      startedAt: '2026-01-05T06:30:01.000Z',
      completedAt: '2026-01-05T06:30:02.100Z',
    },
    {
      stage: 'validate',
      attempt: 1,
      startedAt: '2026-01-05T06:30:02.200Z',
      completedAt: '2026-01-05T06:30:05.600Z',
    },
    {
      stage: 'compute',
      attempt: 1,
      startedAt: '2026-01-05T06:30:05.700Z',
      completedAt: '2026-01-05T06:30:08.300Z',
    },
    {
      stage: 'publish',
      attempt: 1,
      startedAt: '2026-01-05T06:30:08.400Z',
      completedAt: '2026-01-05T06:30:09.400Z',
    },
  ];
}

/** 31,222 rows read, 12 of them in quarantine for two reasons. */
export function aValidationReport(overrides: Partial<ValidationReport> = {}): ValidationReport {
  return {
    runId: RUN_ID,
    dataset: DatasetId.parse('looker/loan_par_balances'),
    contract: 'loan_par_balances',
    contractVersion: 3,
    sourceFile: 'loan_par_balances_2025-12.csv',
    inputSha256: INPUT_SHA,
    verdict: 'quarantined',
    asOf: monthEnd(MONTHS - 1),
    rows: { read: 31_222, accepted: 31_210, rejected: 12, orphans: 0, identicalDuplicates: 3 },
    tolerance: { maxRejectedShare: '0.02', rejectedShare: '0.0003843' },
    problems: [
      {
        code: 'negative-balance',
        severity: 'error',
        column: 'outstanding_balance_usd',
        message:
          'Column outstanding_balance_usd is below zero in 9 rows. These rows are in quarantine and not in any KPI. Correct them at the source and drop the file again.',
        count: 9,
        firstRecords: [118, 204, 5_077],
      },
      {
        code: 'par-nesting',
        severity: 'error',
        column: 'par_60_balance_usd',
        message:
          'In 3 rows the balance 60 days past due is larger than the one 30 days past due. These rows are in quarantine and not in any KPI. Ask the owner of the feed which column is right.',
        count: 3,
        firstRecords: [9_001],
      },
    ],
    columns: { unexpected: ['branch_note'], missingOptional: [] },
    nulls: { par_7_balance_usd: 0 },
    controlTotals: { outstanding_balance_usd: '12004800.00' },
    quarantinePath: `${RUN_ID}/attempts/1/rejected.jsonl`,
    expectations: [],
    qualityHistory: [],
    ...overrides,
  };
}

export function monthEnd(month: number): LocalDate {
  const year = FIRST_YEAR + Math.floor(month / 12);
  return endOfMonth(LocalDate.parse(`${year}-${String((month % 12) + 1).padStart(2, '0')}-01`));
}

function kpisOf(month: number): KpiResult[] {
  return [
    par(month, 7, ABOVE_PAR_90.par_7),
    par(month, 30, ABOVE_PAR_90.par_30, { warning: '5', critical: '8' }),
    par(month, 60, ABOVE_PAR_90.par_60),
    par(month, 90, 0, { warning: '3', critical: '5' }),
    ratio(month, 'risk.rdr_90', 'Recovered default rate', [`${4_100 + month * 30}.00`, '9500.00'], {
      unit: 'percent',
      owner: 'Risk',
      direction: 'higher-is-better',
      thresholds: { warning: '50', critical: '25' },
    }),
    sum(month, 'port.outstanding', 'Outstanding balance', formatScaled(outstandingCents(month), 2), 'usd'),
    sum(month, 'port.active_loans', 'Active loans', String(820 + month * 14), 'count'),
    sum(month, 'port.active_clients', 'Active clients', String(118 + month * 3), 'count'),
    ratio(
      month,
      'port.concentration_top10_clients',
      'Concentration in the ten largest clients',
      [`${2_840 - month}.00`, '10000.00'],
      {
        unit: 'percent',
        owner: 'Chief Risk Officer',
        direction: 'lower-is-better',
        thresholds: { warning: '30', critical: '40' },
      },
    ),
    ratio(month, 'price.weighted_apr', 'Weighted annual rate', [`${3_650 + month}.00`, '10000.00'], {
      unit: 'fraction',
      owner: 'Chief Financial Officer',
      direction: 'neutral',
      precision: 4,
    }),
    withoutInput(month, 'price.weighted_fee_rate', 'Weighted fee rate', 'looker/loan_data'),
  ];
}

function par(month: number, days: number, above: number, thresholds?: KpiResult['thresholds']): KpiResult {
  const cents = (outstandingCents(month) * BigInt((PAR_90[month] ?? 0) + above)) / 10_000n;
  const amounts: [string, string] = [formatScaled(cents, 2), formatScaled(outstandingCents(month), 2)];
  return ratio(month, `risk.par_${days}`, `PAR ${days}`, amounts, {
    unit: 'percent',
    owner: days === 30 || days === 90 ? 'Chief Risk Officer' : 'Risk',
    direction: 'lower-is-better',
    ...(thresholds && { thresholds }),
  });
}

function outstandingCents(month: number): bigint {
  return 25_010_000n * BigInt(month + 13);
}

function ratio(
  month: number,
  id: string,
  name: string,
  [numerator, denominator]: [string, string],
  rest: Pick<KpiResult, 'unit' | 'owner' | 'direction'> & Partial<KpiResult>,
): KpiResult {
  const quotient = divide(rational(numerator), rational(denominator)) ?? rational(0);
  const exact = rest.unit === 'percent' ? multiply(quotient, rational(100)) : quotient;
  const result = { ...base(month, id, name), numerator, denominator, value: toDecimal(exact, 10), ...rest };
  return { ...result, status: statusOf(result) };
}

function sum(month: number, id: string, name: string, value: string, unit: 'usd' | 'count'): KpiResult {
  return { ...base(month, id, name), value, numerator: value, unit, precision: unit === 'usd' ? 2 : 0 };
}

function withoutInput(month: number, id: string, name: string, missing: string): KpiResult {
  return {
    ...base(month, id, name),
    unit: 'fraction',
    precision: 4,
    status: 'not-computable',
    reason: `No accepted snapshot of ${missing} is in the book. Drop one to get this number.`,
    rows: 0,
  };
}

function base(month: number, id: string, name: string): KpiResult {
  return {
    id,
    version: 1,
    name,
    asOf: monthEnd(month),
    reportingDate: monthEnd(month),
    dimension: {},
    value: null,
    numerator: null,
    denominator: null,
    unit: 'percent',
    precision: 2,
    status: 'ok',
    owner: 'Finance',
    direction: 'neutral',
    model: 'mart_portfolio',
    inputs: ['looker/loan_par_balances'],
    rows: 820 + month * 14,
    nulls: 0,
  };
}

function statusOf({ value, thresholds, direction }: KpiResult): KpiStatus {
  if (value === null) return 'not-computable';
  if (!thresholds) return 'ok';
  const worse = direction === 'higher-is-better' ? -1 : 1;
  const beyond = (limit: string) => compare(rational(value), rational(limit)) * worse > 0;
  if (thresholds.critical !== undefined && beyond(thresholds.critical)) return 'critical';
  return beyond(thresholds.warning) ? 'warning' : 'ok';
}
