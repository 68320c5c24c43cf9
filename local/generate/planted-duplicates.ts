import type { CsvFile, CsvLine } from './csv-file.ts';
import type { LoanBook } from './loan-book.ts';
import { floatMoney } from './money-cells.ts';
import { type Random, sample, seededRandom } from './random.ts';
import { TRANSACTIONS_HEADER } from './transactions-file.ts';

const IDENTICAL = 3;
const CONFLICTING = 2;

const PRINCIPAL = TRANSACTIONS_HEADER.indexOf('principal');

/**
 * The transactions with some disbursements twice: a few letter for letter, at most two with another principal. The
 * numbers are small, so that the file stays within the tolerance of its contract.
 */
export function withDuplicates(transactions: CsvFile, book: LoanBook): CsvFile {
  return { ...transactions, lines: linesTwice(transactions.lines, book) };
}

function* linesTwice(lines: Iterable<CsvLine>, book: LoanBook): Generator<CsvLine> {
  const random = seededRandom(book.options.seed, 'planted duplicates');
  const everyLoan = Array.from({ length: book.count }, (_, loan) => loan);
  const chosen = sample(everyLoan, IDENTICAL + CONFLICTING, random);
  const twice = new Set(chosen.slice(0, IDENTICAL));
  const conflicting = new Set(chosen.slice(IDENTICAL));
  let disbursement = 0;
  for (const line of lines) {
    const loan = line.text.includes(',DISBURSEMENT,') ? disbursement++ : -1;
    if (twice.has(loan)) {
      yield line;
      yield { ...line, mark: { kind: 'copy' } };
    } else if (conflicting.has(loan)) {
      yield { ...line, mark: { kind: 'conflict' } };
      yield otherAmount(line, random);
    } else yield line;
  }
}

function otherAmount({ text, cents }: CsvLine, random: Random): CsvLine {
  const [principal = 0, ...others] = cents;
  const changed = principal + random.int(1, 50) * 100;
  const cells = text.split(',').with(PRINCIPAL, floatMoney(changed));
  return { text: cells.join(','), cents: [changed, ...others], mark: { kind: 'conflict' } };
}
