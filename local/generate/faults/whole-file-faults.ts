import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import { type CsvTable, csvLines, csvText, namedRow } from './csv-table.ts';
import { type DamagedFile, type Fault, joined, LOANS, PAR, recordOf, rejected, someRows } from './fault.ts';

/** Faults of the file as a whole: its header, its cut into records, its day. */
export const WHOLE_FILE_FAULTS: readonly Fault[] = [
  {
    name: 'unknown-dataset',
    about: 'a file that no contract knows: neither its name nor its header',
    file: LOANS,
    damage: () => ({
      content: 'alpha,beta,gamma\n1,2,3\n',
      file: 'looker/mystery.csv',
      expected: rejected('unknown-dataset', { rows: 1 }),
    }),
  },
  {
    name: 'empty-file',
    about: 'no bytes at all',
    file: LOANS,
    damage: () => ({ content: '', expected: rejected('empty-file', { rows: 0 }) }),
  },
  {
    name: 'header-only',
    about: 'a header and no rows',
    file: LOANS,
    damage: ({ header }) => ({
      content: csvText({ header, rows: [] }),
      expected: rejected('header-only', { rows: 0 }),
    }),
  },
  {
    name: 'missing-column',
    about: 'the column disburse_principal is not there',
    file: LOANS,
    damage: (good) => withoutColumn(good, 'disburse_principal'),
  },
  {
    name: 'duplicate-column',
    about: 'the column outstanding_balance comes twice',
    file: LOANS,
    damage: (good) => {
      const column = 'outstanding_balance';
      const header = [...good.header, column];
      const rows = good.rows.map((row) => [...row, namedRow(good, row).get(column)]);
      return {
        content: csvText({ header, rows }),
        expected: rejected('duplicate-column', { rows: rows.length, column }),
      };
    },
  },
  {
    name: 'renamed-column',
    about: 'outstanding_balance is called outstanding_bal',
    file: LOANS,
    damage: (good) => {
      const column = 'outstanding_balance';
      const header = good.header.map((name) => (name === column ? 'outstanding_bal' : name));
      return {
        content: csvText({ header, rows: good.rows }),
        expected: rejected('missing-column', { rows: good.rows.length, column }),
      };
    },
  },
  {
    name: 'unclosed-quote',
    about: 'a quote opens a cell and never closes: the rest of the file is one cell',
    file: LOANS,
    damage: (good) => {
      const place = Math.floor(good.rows.length / 2);
      const lines = csvLines(good).map((line, index) =>
        index === place + 1 ? line.replace(',factoring,', ',"factoring,') : line,
      );
      return {
        content: joined(lines, '\n'),
        expected: rejected('unclosed-quote', { column: 'product_type', ...recordOf([place]) }),
      };
    },
  },
  {
    name: 'future-as-of',
    about: 'the newest snapshot is dated 2099-12-31 (true as-of day 2099-12-10)',
    file: PAR,
    damage: futureAsOf,
  },
  {
    name: 'too-many-bad-rows',
    about: 'text where the principal should be, in 20 % of the rows',
    file: LOANS,
    damage: (good) => {
      const column = 'disburse_principal';
      const isBad = (index: number): boolean => index % 5 === 2;
      const rows = good.rows.map((row, index) =>
        isBad(index) ? namedRow(good, row).with({ [column]: 'pending' }) : row,
      );
      const badRows = rows.filter((_, index) => isBad(index)).length;
      return {
        content: csvText({ header: good.header, rows }),
        expected: rejected('too-many-bad-rows', { rows: rows.length, badRows, column, record: 3 }),
      };
    },
  },
  {
    name: 'all-rows-bad',
    about: 'text where the principal should be, in every row',
    file: LOANS,
    damage: (good) => {
      const column = 'disburse_principal';
      const rows = good.rows.map((row) => namedRow(good, row).with({ [column]: 'pending' }));
      const facts = { rows: rows.length, badRows: rows.length, column, record: 1 };
      return {
        content: csvText({ header: good.header, rows }),
        expected: rejected('too-many-bad-rows', facts),
      };
    },
  },
  {
    name: 'conflicting-duplicate',
    about: 'the same loan and date twice with different balances: nobody can say which one is true',
    file: PAR,
    damage: (good, random) => {
      const touched = someRows(
        good,
        random,
        (row) => row.get('dpd') === '0' && row.get('outstanding_balance') !== '0',
      );
      const rows = good.rows.flatMap((row, index) => {
        if (!touched.includes(index)) return [row];
        const cell = `${Number.parseInt(namedRow(good, row).get('outstanding_balance'), 10) + 10}`;
        const other = { outstanding_balance: cell, outstanding_balance_usd: cell };
        return [row, namedRow(good, row).with(other)];
      });
      const column = 'outstanding_balance';
      return {
        content: csvText({ header: good.header, rows }),
        // Which of the two is true nobody can tell, so both are set aside; all other rows count.
        expected: {
          outcome: 'quarantined',
          problem: 'conflicting-duplicate',
          rows: rows.length,
          badRows: 2 * touched.length,
          column,
          ...recordOf(touched),
        },
      };
    },
  },
];

function withoutColumn(good: CsvTable, column: string): DamagedFile {
  const position = good.header.indexOf(column);
  const drop = (cells: readonly string[]): string[] => cells.filter((_, index) => index !== position);
  return {
    content: csvText({ header: drop(good.header), rows: good.rows.map(drop) }),
    expected: rejected('missing-column', { rows: good.rows.length, column }),
  };
}

function futureAsOf(good: CsvTable): DamagedFile {
  const column = 'reporting_date';
  const newest = good.rows.at(-1)?.[good.header.indexOf(column)] ?? '';
  const asOf = LocalDate.parse('2099-12-10');
  const rows = good.rows.map((row) => {
    const named = namedRow(good, row);
    if (named.get(column) !== newest) return row;
    const late = Number(named.get('dpd'));
    return named.with({ [column]: '2099-12-31', dpd_date: late > 0 ? addDays(asOf, -late) : '' });
  });
  const first = rows.findIndex((row) => row[good.header.indexOf(column)] === '2099-12-31');
  return {
    content: csvText({ header: good.header, rows }),
    expected: rejected('future-as-of', { rows: rows.length, column, ...recordOf([first]) }),
  };
}
