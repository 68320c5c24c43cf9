import type { CsvFile } from './csv-file.ts';
import type { LoanBook } from './loan-book.ts';
import { type LoanTape, TAPE_MONEY } from './loan-tape.ts';
import { plainMoney } from './money-cells.ts';
import { type Random, seededRandom } from './random.ts';
import { tableFile } from './table-file.ts';

/** Account names of the wide file, by what they hold. Spanish, as the accountants write them. */
const ACCOUNTS = {
  efectivo: 'money',
  total_activos: 'money',
  total_pasivos: 'money',
  patrimonio: 'money',
  utilidad_neta: 'money',
  meses_runway: 'number',
  deuda_patrimonio: 'number',
} as const;

/**
 * The statements at each date of the tape, once with a column for each account and once with a row for each. Cash is
 * that of the tape; net worth is what assets leave after liabilities, to the cent.
 */
export function financialStatementFiles(book: LoanBook, tape: LoanTape): CsvFile[] {
  const random = seededRandom(book.options.seed, 'financial_statements.csv');
  const statements = tape.rows.map((row, index) => {
    const cents = tape.cents[index] ?? [];
    const money = (column: (typeof TAPE_MONEY)[number]): number => cents[TAPE_MONEY.indexOf(column)] ?? 0;
    const cells = statement(money('total_receivable_usd'), money('cash_available_usd'), random);
    return [row.get('measurement_date') ?? '', ...cells];
  });
  const accounts = Object.keys(ACCOUNTS);
  const wide = tableFile({
    path: 'manual/financial_statements.csv',
    columns: { fecha_corte: 'date', ...ACCOUNTS },
    rows: statements,
  });
  const long = tableFile({
    path: 'manual/financial_statements_long.csv',
    columns: { fecha_corte: 'date', cuenta: 'text', monto: 'money' },
    rows: statements.flatMap(([date = '', ...cells]) =>
      accounts.flatMap((account, index) => (cells[index] ? [[date, account, cells[index]]] : [])),
    ),
  });
  return [wide, long];
}

/** Cells in the order of ACCOUNTS. The lender loses money or makes some, and lives on debt for two thirds. */
function statement(receivable: number, cash: number, random: Random): string[] {
  const assets = receivable + cash + Math.round(receivable * (0.02 + random.unit() * 0.03));
  const liabilities = Math.round(assets * (0.6 + random.unit() * 0.12));
  const worth = assets - liabilities;
  const income = Math.round(receivable * (random.unit() * 0.03 - 0.01));
  const runway = `${random.int(6, 30)}.${random.int(1, 9)}`;
  // A lender without assets has no ratio.
  const ratio = worth > 0 ? (Math.round((liabilities * 100) / worth) / 100).toFixed(2) : '';
  return [...[cash, assets, liabilities, worth, income].map(plainMoney), runway, ratio];
}
