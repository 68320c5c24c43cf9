import { type CsvTable, csvText } from './csv-table.ts';
import { accepted, type Fault, LOANS, rejected, rowFault } from './fault.ts';

const HUGE_CELL = 100_000;

/** Cells that a spreadsheet would run as formulas (CWE-1236). */
const FORMULAS = ['=1+1', '@SUM(A1:A9)', '+1+1', '=HYPERLINK("https://example.invalid","x")'] as const;

/** Columns and cells that are not wrong as such, but could harm a careless reader. */
export const COLUMN_FAULTS: readonly Fault[] = [
  {
    name: 'proto-column',
    about: 'a column called __proto__, which is no name of a property to rely on',
    file: LOANS,
    damage: (good) => ({
      content: csvText(withColumn(good, '__proto__', () => 'polluted')),
      expected: accepted(good.rows.length, 'unexpected-column', { column: '__proto__' }),
    }),
  },
  {
    name: 'undeclared-personal-data',
    about: 'e-mail addresses in a column `contacto` that the contract does not know',
    file: LOANS,
    damage: (good) => ({
      content: csvText(withColumn(good, 'contacto', (index) => `persona.${index}@ejemplo.invalid`)),
      expected: rejected('undeclared-personal-data', { rows: good.rows.length, column: 'contacto' }),
    }),
  },
  rowFault({
    name: 'formula-cells',
    about:
      'cells such as `=1+1` where text may stand: they are text, and are neutralised where a spreadsheet reads',
    file: LOANS,
    column: 'loan_grade',
    change: (row, index) => row.with({ loan_grade: FORMULAS[index % FORMULAS.length] ?? FORMULAS[0] }),
  }),
  rowFault({
    name: 'huge-cell',
    about: `cells of ${HUGE_CELL.toLocaleString('en-GB')} characters where a word should stand`,
    file: LOANS,
    column: 'loan_grade',
    problem: 'out-of-range',
    change: (row) => row.with({ loan_grade: 'x'.repeat(HUGE_CELL) }),
  }),
];

function withColumn(good: CsvTable, name: string, cell: (index: number) => string): CsvTable {
  return {
    header: [...good.header, name],
    rows: good.rows.map((row, index) => [...row, cell(index)]),
  };
}
