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
};

const LOANS: readonly HandMade[] = [
  // New in November, and of both companies in December.
  loan('ABF - DSB9001-001', 'CLIAB900001', ['2025-11-05', '2025-12-05', '2025-12-03'], 2000),
  loan('ABT - DSB9001-002', 'CLIAB900001', ['2025-12-02', '2026-01-15'], 1500),
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

/** A tenth of the principal, a fifth of it as a fee; VAT is 13 %. */
function amountsOf({ principal }: HandMade): string {
  return `${principal},${principal * 0.08},0.0,${principal * 0.02},${(principal * 0.013).toFixed(2)},0.0,0.0,USD`;
}

function loanLine(made: HandMade): string {
  const { id, customer, disbursed, matures, repaid, principal } = made;
  const term = dayOf(matures) - dayOf(disbursed);
  const late = repaid === undefined ? Math.max(0, dayOf(AS_OF) - dayOf(matures)) : 0;
  const status = repaid !== undefined ? 'Complete' : late > 0 ? 'Default' : 'Current';
  const rate = ((0.1 * 365) / term).toFixed(3);
  const [left, paid] = repaid === undefined ? [principal, '0.0'] : [0, '1.0'];
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
    ...(repaid === undefined ? [] : [`${id},PAYMENT,${repaid},${amountsOf(made)}`]),
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
