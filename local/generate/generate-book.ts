import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalDate } from '../../shared/domain/local-date.ts';
import { formatScaled } from '../../shared/domain/rational.ts';
import { BookOptions, dayText } from './book-options.ts';
import { buildLoanBook } from './build-loan-book.ts';
import { cascadeAnalytics } from './cascade-analytics.ts';
import { exactMoney } from './cent-sums.ts';
import { collateralFile } from './collateral-file.ts';
import { type CsvFile, type WriteSettings, writeCsvFile } from './csv-file.ts';
import { customerDataFile } from './customer-data-file.ts';
import { customersFile } from './customers-file.ts';
import { type ExpectedFile, type ExpectedNewest, ExpectedSums } from './expected-sums.ts';
import { financialStatementFiles } from './financial-statements-files.ts';
import { type BookFormats, writeFormats } from './formats/write-formats.ts';
import { hubspotFiles } from './hubspot-files.ts';
import { type JsonFile, writeJsonFile } from './json-file.ts';
import { at, type LoanBook } from './loan-book.ts';
import { loanDataFile } from './loan-data-file.ts';
import { loanLevelTapeFile } from './loan-level-tape-file.ts';
import { buildLoanTape, type LoanTape, loanTapeFile, loanTapeParFile, TAPE_MONEY } from './loan-tape.ts';
import { writeLoanTapeWorkbook } from './loan-tape-workbook.ts';
import { loansFile } from './loans-file.ts';
import { metaInsights } from './meta-insights.ts';
import { parBalancesFile, parRows } from './par-balances-file.ts';
import { withDuplicates } from './planted-duplicates.ts';
import {
  type DateTally,
  emptyPortfolio,
  expectedParDate,
  type PortfolioTally,
  tallied,
} from './portfolio-tally.ts';
import { realPaymentsFile } from './real-payments-file.ts';
import { schedulesFile } from './schedules-file.ts';
import { supportTables } from './support-tables.ts';
import { transactionsFile } from './transactions-file.ts';

export const EXPECTED_PATH = 'expected.json';

export type GenerateBookOptions = WriteSettings & {
  /** The folder to write to; made if need be. */
  readonly dir: string;
  /** These are checked by BookOptions, which also has their defaults. */
  readonly loans?: number | undefined;
  readonly seed?: number | undefined;
  readonly asOf?: string | undefined;
  readonly months?: number | undefined;
  /** Formats beside (`all`) or in place of (`mixed`) CSV; `csv` unless said otherwise. */
  readonly formats?: BookFormats | undefined;
  /** Puts rows that come twice into the transactions, some of them with other amounts. */
  readonly plantDuplicates?: boolean | undefined;
};

/** Writes a whole book under `dir` and returns (and writes, as `expected.json`) what it adds up to. */
export async function generateBook(options: GenerateBookOptions): Promise<ExpectedSums> {
  const { dir, chunkSize, onProgress, formats = 'csv', plantDuplicates = false, ...wanted } = options;
  const book = buildLoanBook(BookOptions.parse(wanted));
  const files: Record<string, ExpectedFile> = {};
  const tables: CsvFile[] = [];
  const write = async (file: CsvFile): Promise<void> => {
    tables.push(file);
    files[file.path] = await writeCsvFile(dir, file, { chunkSize, onProgress });
  };
  const writeJson = async (file: JsonFile): Promise<void> => {
    files[file.path] = await writeJsonFile(dir, file);
  };

  await write(loansFile(book));
  const portfolio = emptyPortfolio(book);
  await write(parBalancesFile(book, tallied(book, parRows(book), portfolio)));
  await write(schedulesFile(book));
  const transactions = transactionsFile(book);
  await write(plantDuplicates ? withDuplicates(transactions, book) : transactions);
  await write(customersFile(book));
  await write(realPaymentsFile(book));
  const tape = buildLoanTape(book, portfolio.dates);
  await write(loanTapeFile(tape));
  await write(loanTapeParFile(portfolio.dates));
  await write(loanLevelTapeFile(book));
  await write(loanDataFile(book));
  await write(customerDataFile(book));
  await write(collateralFile());
  for (const file of [...financialStatementFiles(book, tape), ...supportTables(book)]) await write(file);
  await writeJson(cascadeAnalytics(book, portfolio.dates, tape));
  await writeJson(metaInsights(book));
  for (const file of hubspotFiles(book)) await writeJson(file);
  const made = new Date(`${book.options.asOf}T00:00:00Z`);
  const workbook = await writeLoanTapeWorkbook(dir, tape, made);
  const tapeSums = files['cascade/loan_tape.csv'];
  if (tapeSums) files[workbook] = tapeSums;

  return writeExpected(dir, {
    ...expectedHead(book),
    files: await writeFormats(dir, tables, files, { formats, made }),
    parDates: portfolio.dates.map(expectedParDate),
    newest: expectedNewest(book, portfolio),
    loans: expectedLoans(book),
    tape: expectedTape(tape),
  });
}

export function expectedHead(book: LoanBook): Pick<ExpectedSums, 'seed' | 'asOf'> {
  return { seed: String(book.options.seed), asOf: book.options.asOf };
}

export async function writeExpected(dir: string, sums: ExpectedSums): Promise<ExpectedSums> {
  const checked = ExpectedSums.parse(sums);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, EXPECTED_PATH), `${JSON.stringify(checked, undefined, 2)}\n`);
  return checked;
}

function expectedNewest(book: LoanBook, { dates, clients }: PortfolioTally): ExpectedNewest | undefined {
  const date: DateTally | undefined = dates.at(-1);
  if (date === undefined) return undefined;
  const largestFirst = [...clients].sort((a, b) => b - a);
  const top10 = largestFirst.slice(0, 10).reduce((sum, balance) => sum + balance, 0);
  const squares = largestFirst.reduce((sum, balance) => sum + BigInt(balance) ** 2n, 0n);
  const month = dayText(date.asOfDay).slice(0, 7);
  return {
    reportingDate: dayText(date.reportingDay),
    asOf: dayText(date.asOfDay),
    activeClients: String(date.activeClients),
    top10Clients: exactMoney(top10),
    squaredClientOutstanding: formatScaled(squares, 4),
    weightedAprNumerator: formatScaled(date.aprNumerator, 5),
    disbursements: { month, ...disbursedIn(book, month) },
  };
}

function disbursedIn(book: LoanBook, month: string): { loans: string; volume: string } {
  let loans = 0;
  let volume = 0;
  for (let loan = 0; loan < book.count; loan++) {
    if (!dayText(at(book.disburseDay, loan)).startsWith(month)) continue;
    loans++;
    volume += at(book.principal, loan);
  }
  return { loans: String(loans), volume: exactMoney(volume) };
}

function expectedLoans(book: LoanBook): ExpectedSums['loans'] {
  return {
    loans: String(book.count),
    volume: exactMoney(book.principal.reduce((sum, cents) => sum + cents, 0)),
    customers: String(new Set(book.customer).size),
  };
}

function expectedTape(tape: LoanTape): ExpectedSums['tape'] {
  const newest = tape.rows.at(-1);
  const cents = tape.cents.at(-1);
  if (newest === undefined || cents === undefined) return undefined;
  const money = (column: (typeof TAPE_MONEY)[number]): string =>
    exactMoney(at(cents, TAPE_MONEY.indexOf(column)));
  return {
    measurementDate: LocalDate.parse(newest.get('measurement_date')),
    cashAvailable: money('cash_available_usd'),
    totalEligible: money('total_eligible_usd'),
  };
}
