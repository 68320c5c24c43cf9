import { toEpochDay } from '../../shared/domain/local-date.ts';
import { type BookOptions, firstOfMonth } from './book-options.ts';
import { ABF, ABT, type CustomerRoster, drawBorrower } from './customer-roster.ts';
import { at, type LoanBook } from './loan-book.ts';
import type { Random } from './random.ts';

/** Draws per line of credit; the next loan opens a new line. */
const DRAWS_PER_LINE = 900;

type Borrowing = Pick<
  LoanBook,
  'company' | 'customer' | 'line' | 'draw' | 'sequence' | 'lineDigits' | 'programmeCustomer' | 'lines'
>;

/** Who borrows what from which company, and the line and draw that make the loan's id. */
export function assignBorrowers(
  options: BookOptions,
  roster: CustomerRoster,
  disburseDay: Int32Array,
  random: Random,
): Borrowing {
  const company = drawCompanies(options, disburseDay, random);
  const customer = new Int32Array(options.loans);
  const line = new Int32Array(options.loans);
  const draw = new Int32Array(options.loans);
  const sequence = new Int32Array(options.loans);
  const borrowed = new Int32Array(roster.ids.length);
  const currentLine = [new Int32Array(roster.ids.length), new Int32Array(roster.ids.length)] as const;
  const drawn = [new Int32Array(roster.ids.length), new Int32Array(roster.ids.length)] as const;
  const lines: [number, number] = [0, 0];
  for (let loan = 0; loan < options.loans; loan++) {
    const side = company[loan] === ABF ? ABF : ABT;
    const who = drawBorrower(roster, side, random);
    if (at(currentLine[side], who) === 0 || at(drawn[side], who) === DRAWS_PER_LINE) {
      currentLine[side][who] = ++lines[side];
      drawn[side][who] = 0;
    }
    drawn[side][who] = at(drawn[side], who) + 1;
    borrowed[who] = at(borrowed, who) + 1;
    customer[loan] = who;
    line[loan] = at(currentLine[side], who);
    draw[loan] = at(drawn[side], who);
    sequence[loan] = at(borrowed, who);
  }
  // Equal widths keep the order of ids as text the order of lending, on which the sequence number rests.
  const lineDigits = Math.max(4, String(Math.max(...lines) + 1).length);
  const programmeCustomer = Math.max(0, roster.ids.length - 3);
  return { company, customer, line, draw, sequence, lineDigits, programmeCustomer, lines };
}

/** ABT takes over: from one loan in twenty to about half, and all once ABF is in run-off (three months). */
function drawCompanies(options: BookOptions, disburseDay: Int32Array, random: Random): Int32Array {
  const first = at(disburseDay, 0);
  const runOff = toEpochDay(firstOfMonth(options.asOf, -3));
  const companies = Int32Array.from(disburseDay, (day) => {
    const share = day >= runOff ? 1 : 0.05 + (0.42 * (day - first)) / Math.max(1, runOff - first);
    return random.chance(share) ? ABT : ABF;
  });
  // Within a day ABF comes first, as its ids do.
  for (let start = 0; start < companies.length; ) {
    let end = start;
    while (end < companies.length && disburseDay[end] === disburseDay[start]) end++;
    companies.subarray(start, end).sort();
    start = end;
  }
  return companies;
}
