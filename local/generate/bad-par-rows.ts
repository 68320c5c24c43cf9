import type { ProblemCode } from '../../shared/domain/problem.ts';
import { plainMoney } from './money-cells.ts';
import { PAR_HEADER } from './par-balances-file.ts';
import type { Random } from './random.ts';

// Rows of the PAR file that break their contract in known ways. Each kind of fault is one violation, whatever the
// row was before. A row with two faults has two of the same group: a reader that finds a bad cell may well leave
// the rules between cells unchecked, so a bad cell and a broken rule in one row would not count the same everywhere.

type Cells = string[];

type ParFault = {
  readonly code: ProblemCode;
  readonly spoil: (cells: Cells) => void;
};

const place = (column: (typeof PAR_HEADER)[number]): number => PAR_HEADER.indexOf(column);
const REPORTING_DATE = place('reporting_date');
const DPD = place('dpd');
const DPD_DATE = place('dpd_date');
const IS_WRITEOFF = place('is_writeoff');
const CURRENCY = place('loan_ccy');
const BALANCE = place('outstanding_balance');
const BALANCE_USD = place('outstanding_balance_usd');
const WRITTEN_OFF = place('writeoff_outstanding_balance');
const WRITTEN_OFF_USD = place('writeoff_outstanding_balance_usd');
const PAR_30 = place('PAR_30_balance_usd');

/** In columns that no rule between cells reads. */
const CELL_FAULTS: readonly [ParFault, ...ParFault[]] = [
  { code: 'text-in-number', spoil: (cells) => void (cells[BALANCE] = 'pending') },
  { code: 'impossible-date', spoil: (cells) => void (cells[REPORTING_DATE] = '2025-02-30') },
  { code: 'missing-value', spoil: (cells) => void (cells[WRITTEN_OFF_USD] = '') },
  { code: 'negative-balance', spoil: (cells) => void (cells[WRITTEN_OFF] = '-12.5') },
  { code: 'unknown-value', spoil: (cells) => void (cells[CURRENCY] = 'XXX') },
];

/** In this order, for the later one reads what the earlier one wrote. */
const RULE_FAULTS: readonly [ParFault, ...ParFault[]] = [
  {
    code: 'writeoff-with-balance',
    spoil: (cells) => {
      cells[IS_WRITEOFF] = 'true';
      if (cells[BALANCE_USD] === '0') cells[BALANCE_USD] = '100';
    },
  },
  {
    code: 'par-nesting',
    spoil: (cells) => {
      const cents = Math.round(Number(cells[BALANCE_USD]) * 100);
      cells[PAR_30] = plainMoney(cents + 100);
    },
  },
  {
    code: 'dpd-date-mismatch',
    spoil: (cells) => void (cells[DPD_DATE] = cells[DPD] === '0' ? '2025-01-15' : ''),
  },
];

/** One bad row in eight is bad in two ways. */
const SHARE_OF_PAIRS = 1 / 8;

/** The line with one fault or two, and their codes. `line` has no quoted cell. */
export function spoiledParLine(line: string, random: Random): { text: string; codes: ProblemCode[] } {
  const group = random.chance(CELL_FAULTS.length / (CELL_FAULTS.length + RULE_FAULTS.length))
    ? CELL_FAULTS
    : RULE_FAULTS;
  const first = random.int(0, group.length - 1);
  const second = random.int(1, group.length - 1);
  const isPair = random.chance(SHARE_OF_PAIRS);
  const chosen = isPair ? [first, (first + second) % group.length].sort((a, b) => a - b) : [first];
  const faults = chosen.flatMap((index) => group[index] ?? []);
  const cells = line.split(',');
  for (const fault of faults) fault.spoil(cells);
  return { text: cells.join(','), codes: faults.map(({ code }) => code) };
}
