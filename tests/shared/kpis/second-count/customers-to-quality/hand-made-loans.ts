import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf, monthAfter, textOf } from './reporting-months.ts';

// Loans at the edges of the definitions, which a generated book meets by chance or never. A loan is repaid whole, on
// one day, or not at all.

type HandMade = {
  readonly id: string;
  readonly customer: string;
  readonly disbursed: string;
  readonly matures: string;
  readonly repaid?: string;
  readonly principal: number;
  /** What is never repaid of a loan that otherwise is. */
  readonly residue?: number;
};

const LOANS: readonly HandMade[] = [
  // New in November, and of both companies in December.
  loan('ABF - DSB9001-001', 'CLIAB900001', ['2025-11-05', '2025-12-05', '2025-12-03'], 2000),
  loan('ABT - DSB9001-002', 'CLIAB900001', ['2025-12-02', '2026-01-15'], 1500),
  loan('ABF - DSB9001-003', 'CLIAB900001', ['2025-12-04', '2026-01-15'], 1600),
  // New in October; the 91st day after is that of the report.
  loan('ABT - DSB9002-001', 'CLIAB900002', ['2025-09-10', '2025-10-10', '2025-10-10'], 900),
  loan('ABT - DSB9003-001', 'CLIAB900003', ['2025-10-31', '2025-11-30', '2025-11-30'], 700),
  // Recovered in November: 130 days late before.
  loan('ABF - DSB9004-001', 'CLIAB900004', ['2024-08-01', '2024-08-31', '2025-01-08'], 3000),
  loan('ABF - DSB9004-002', 'CLIAB900004', ['2025-11-10', '2026-01-10'], 2500),
  // Not recovered: another loan is 46 days late.
  loan('ABT - DSB9005-001', 'CLIAB900005', ['2024-09-01', '2024-10-01', '2025-02-20'], 1200),
  loan('ABT - DSB9005-002', 'CLIAB900005', ['2025-09-15', '2025-10-15'], 5000),
  loan('ABT - DSB9005-003', 'CLIAB900005', ['2025-11-20', '2026-02-20'], 1000),
  // 180 days after the last loan, then 90, and then on the day on which one closes.
  loan('ABF - DSB9006-001', 'CLIAB900006', ['2025-03-14', '2025-04-14', '2025-04-14'], 800),
  loan('ABF - DSB9006-002', 'CLIAB900006', ['2025-09-10', '2025-10-20', '2025-10-20'], 810),
  loan('ABF - DSB9006-003', 'CLIAB900006', ['2025-12-09', '2026-01-20'], 820),
  // 181 days after the last loan, on the day on which another closes.
  loan('ABF - DSB9007-001', 'CLIAB900007', ['2025-05-01', '2025-08-01', '2025-10-29'], 4000),
  loan('ABF - DSB9007-002', 'CLIAB900007', ['2025-10-29', '2025-12-29'], 4100),
  // 176 days after the last of two loans, 184 after the first.
  loan('ABT - DSB9008-001', 'CLIAB900008', ['2025-05-20', '2025-06-20', '2025-06-20'], 300),
  loan('ABT - DSB9008-002', 'CLIAB900008', ['2025-05-28', '2025-06-28', '2025-06-28'], 310),
  loan('ABT - DSB9008-003', 'CLIAB900008', ['2025-11-20', '2026-01-20'], 320),
  // 179 days after the last loan, and again in the same month, when it is 202.
  loan('ABF - DSB9009-001', 'CLIAB900009', ['2025-05-10', '2025-06-10', '2025-06-10'], 400),
  loan('ABF - DSB9009-002', 'CLIAB900009', ['2025-11-05', '2026-01-05'], 410),
  loan('ABF - DSB9009-003', 'CLIAB900009', ['2025-11-28', '2026-01-28'], 420),
  // 90 days late at the end of March, and 91.
  loan('ABF - DSB9010-001', 'CLIAB900010', ['2024-12-01', '2024-12-31', '2025-04-10'], 510),
  loan('ABF - DSB9010-002', 'CLIAB900010', ['2025-10-05', '2026-01-05'], 520),
  loan('ABF - DSB9011-001', 'CLIAB900011', ['2024-12-01', '2024-12-30', '2025-04-10'], 610),
  loan('ABF - DSB9011-002', 'CLIAB900011', ['2025-10-06', '2026-01-05'], 620),
  // Late before; at the end of November another loan is 30 days late, and 31.
  loan('ABT - DSB9012-001', 'CLIAB900012', ['2024-08-01', '2024-08-31', '2025-01-20'], 710),
  loan('ABT - DSB9012-002', 'CLIAB900012', ['2025-10-01', '2025-10-31'], 720),
  loan('ABT - DSB9012-003', 'CLIAB900012', ['2025-11-12', '2026-01-05'], 730),
  loan('ABT - DSB9013-001', 'CLIAB900013', ['2024-08-01', '2024-08-31', '2025-01-20'], 810),
  loan('ABT - DSB9013-002', 'CLIAB900013', ['2025-10-01', '2025-10-30'], 820),
  loan('ABT - DSB9013-003', 'CLIAB900013', ['2025-11-12', '2026-01-05'], 830),
  // Back 90 days after a loan closed, and 91; closed to two cents, and not to half a dollar.
  {
    ...loan('ABF - DSB9014-001', 'CLIAB900014', ['2025-05-01', '2025-06-02', '2025-06-02'], 910),
    residue: 0.02,
  },
  loan('ABF - DSB9014-002', 'CLIAB900014', ['2025-08-31', '2025-09-30', '2025-09-30'], 920),
  loan('ABF - DSB9015-001', 'CLIAB900015', ['2025-05-01', '2025-06-01', '2025-06-01'], 930),
  loan('ABF - DSB9015-002', 'CLIAB900015', ['2025-08-31', '2025-09-30', '2025-09-30'], 940),
  {
    ...loan('ABF - DSB9016-001', 'CLIAB900016', ['2025-05-01', '2025-06-03', '2025-06-03'], 950),
    residue: 0.5,
  },
  // Recovered in October: of two late loans one was 91 days late.
  loan('ABT - DSB9017-001', 'CLIAB900017', ['2024-09-01', '2024-10-01', '2025-01-05'], 1010),
  loan('ABT - DSB9017-002', 'CLIAB900017', ['2024-09-15', '2024-11-15', '2025-01-05'], 1020),
  loan('ABT - DSB9017-003', 'CLIAB900017', ['2025-10-20', '2026-01-20'], 1030),
  // Recovered in March, and late again later.
  loan('ABF - DSB9018-001', 'CLIAB900018', ['2024-08-20', '2024-09-20', '2025-01-05'], 1110),
  loan('ABF - DSB9018-002', 'CLIAB900018', ['2025-03-05', '2025-04-05', '2025-08-10'], 1120),
  // On the days that are reported.
  loan('ABF - DSB9019-001', 'CLIAB900019', ['2025-11-17', '2026-01-20'], 1210),
  loan('ABF - DSB9019-002', 'CLIAB900019', ['2025-12-10', '2026-01-20'], 1220),
];

const SEGMENTS = new Map([
  ['CLIAB900001', 'Nimal'],
  ['CLIAB900002', 'Nimal'],
  ['CLIAB900003', 'OC'],
  ['CLIAB900004', 'Top'],
  ['CLIAB900005', 'Nimal'],
  ['CLIAB900006', 'Gob'],
]);

const AS_OF = '2025-12-10';

export async function withHandMadeLoans(dir: string): Promise<void> {
  const append = (path: string, lines: readonly string[]) =>
    appendFile(join(dir, 'looker', path), lines.map((line) => `${line}\n`).join(''));
  await append('loans.csv', LOANS.map(loanLine));
  await append('schedules.csv', LOANS.map(dueLine));
  await append('transactions.csv', LOANS.flatMap(transactionLines));
  await append('loan_par_balances.csv', LOANS.flatMap(balanceLines));
  await append(
    'customer_data.csv',
    [...SEGMENTS].map(
      ([customer, segment]) =>
        `${customer},New,1000,USD,,,Direct,0,Santa Ana,Santa Ana,SLV,${segment},10K-25K,KAM001,Comercio`,
    ),
  );
}

function loan(
  id: string,
  customer: string,
  [disbursed = '', matures = '', repaid]: readonly string[],
  principal: number,
): HandMade {
  return { id, customer, disbursed, matures, principal, ...(repaid !== undefined && { repaid }) };
}

/** Interest and a fee of a tenth of the principal; VAT is 13 %. */
function amountsOf({ principal }: HandMade, residue = 0): string {
  return `${principal - residue},${principal * 0.08},0.0,${principal * 0.02},${(principal * 0.013).toFixed(2)},0.0,0.0,USD`;
}

function loanLine(made: HandMade): string {
  const { id, customer, disbursed, matures, repaid, principal } = made;
  const term = dayOf(matures) - dayOf(disbursed);
  const late = repaid === undefined ? Math.max(0, dayOf(AS_OF) - dayOf(matures)) : 0;
  const status = repaid !== undefined ? 'Complete' : late > 0 ? 'Default' : 'Current';
  const rate = ((0.1 * 365) / term).toFixed(3);
  const [left, paid] = repaid === undefined ? [principal, '0.0'] : [made.residue ?? 0, '1.0'];
  return [
    ...[id, matures, customer, '', '', disbursed, 'factoring', '', '', '', ''],
    ...[principal * 0.02, principal * 0.08, '0.0', term, 'One-time', rate, principal, left, 'USD'],
    ...[late, paid, status, '1K-2.5K', id.slice(0, 3), '1', '21-30 Days', 'Santa Ana'],
  ].join(',');
}

function dueLine(made: HandMade): string {
  return `${made.id},${made.matures},${amountsOf(made)}`;
}

function transactionLines(made: HandMade): readonly string[] {
  const { id, disbursed, repaid, principal } = made;
  return [
    `${id},DISBURSEMENT,${disbursed},${principal},0.0,0.0,0.0,0.0,0.0,0.0,USD`,
    ...(repaid === undefined ? [] : [`${id},PAYMENT,${repaid},${amountsOf(made, made.residue)}`]),
  ];
}

/** At every month end at which it is owed, and at that of its own month. */
function balanceLines({ id, disbursed, matures, repaid = '9999', principal }: HandMade): readonly string[] {
  const lines: string[] = [];
  const first = disbursed.slice(0, 7);
  for (let month = first; month <= AS_OF.slice(0, 7); month = monthAfter(month, 1)) {
    const label = dayOf(`${monthAfter(month, 1)}-01`) - 1;
    const asOf = Math.min(label, dayOf(AS_OF));
    const isOwed = textOf(asOf) < repaid;
    if (!isOwed && month !== first) break;
    const dpd = isOwed ? Math.max(0, asOf - dayOf(matures)) : 0;
    const isWrittenOff = dpd > 180;
    const [left, lost] = isWrittenOff ? [0, principal] : [isOwed ? principal : 0, 0];
    const atRisk = [7, 30, 60, 90].map((days) => (dpd >= days ? left : 0));
    lines.push(
      [
        ...[id, textOf(label), dpd, dpd > 0 ? matures : '', isWrittenOff, isWrittenOff ? 'DPD' : '', 'USD'],
        ...[left, left, lost, lost, 1, ...atRisk],
      ].join(','),
    );
  }
  return lines;
}
