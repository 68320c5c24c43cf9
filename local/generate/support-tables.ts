import { dayText, firstOfMonth } from './book-options.ts';
import type { CsvFile } from './csv-file.ts';
import type { LoanBook } from './loan-book.ts';
import { plainMoney } from './money-cells.ts';
import { seededRandom } from './random.ts';
import { tableFile } from './table-file.ts';

// Tables that people keep by hand: a few rows each.

/** Segments and bands of the line of credit for which there are risk parameters. */
export const RISK_BANDS = [
  ['Nimal', '<10K'],
  ['Nimal', '10K-25K'],
  ['Nimal', '25K-50K'],
  ['Gob', '>100K'],
  ['OC', '10K-25K'],
  ['Top', '25K-50K'],
  ['Top', '>100K'],
] as const;

export function supportTables(book: LoanBook): CsvFile[] {
  return [
    targetsFile(book),
    marketingSpendFile(book),
    headcountFile(book),
    payorMapFile(book),
    riskParametersFile(),
  ];
}

function targetsFile(book: LoanBook): CsvFile {
  const random = seededRandom(book.options.seed, 'targets.csv');
  const month = firstOfMonth(book.options.asOf, 0);
  const kinds = [
    ['New', 'Nimal'],
    ['Recurrent', 'Nimal'],
    ['Reactivated', 'Nimal'],
    ['New', 'Gob'],
    ['Recurrent', 'Gob'],
  ] as const;
  return tableFile({
    path: 'manual/targets.csv',
    columns: {
      year_month: 'date',
      customer_type: 'text',
      segment: 'text',
      target_disbursement: 'money',
      target_customers: 'integer',
    },
    rows: kinds.map(([type, segment]) => [
      month,
      type,
      segment,
      String(random.int(10, 90) * 5_000),
      String(random.int(2, 40)),
    ]),
  });
}

function marketingSpendFile(book: LoanBook): CsvFile {
  const random = seededRandom(book.options.seed, 'marketing_spend.csv');
  const channels = [
    ['Digital', 'Nimal', 'KAM001'],
    ['Direct', 'Gob', 'KAM002'],
    ['Referral', 'OC', 'KAM003'],
  ] as const;
  return tableFile({
    path: 'manual/marketing_spend.csv',
    columns: { month: 'date', channel: 'text', segment: 'text', spend: 'money', kam_id: 'text' },
    rows: [-2, -1, 0].flatMap((months) =>
      channels.map(([channel, segment, manager]) => [
        firstOfMonth(book.options.asOf, months),
        channel,
        segment,
        plainMoney(random.int(50_000, 900_000)),
        manager,
      ]),
    ),
  });
}

function headcountFile(book: LoanBook): CsvFile {
  const random = seededRandom(book.options.seed, 'headcount.csv');
  const teams = [
    ['Sales', 'Commercial'],
    ['Risk', 'Credit'],
    ['Collections', 'Operations'],
  ] as const;
  return tableFile({
    path: 'manual/headcount.csv',
    columns: { month: 'date', function: 'text', fte_count: 'integer', team: 'text' },
    money: ['fte_count'],
    rows: [-1, 0].flatMap((months) =>
      teams.map(([role, team]) => [
        firstOfMonth(book.options.asOf, months),
        role,
        String(random.int(2, 15)),
        team,
      ]),
    ),
  });
}

/** An illustration, as the real one: its customers are in no other file. */
function payorMapFile(book: LoanBook): CsvFile {
  const since = dayText(book.asOfDay - 400);
  return tableFile({
    path: 'manual/payor_map.csv',
    columns: { customer_id: 'text', payor_id: 'text', payor_name: 'text', effective_date: 'date' },
    money: [],
    counts: ['orphans'],
    rows: [
      ['CUST001', 'PAY001', 'Pagaduría Ficticia del Norte, S.A.', since],
      ['CUST002', 'PAY002', 'Almacenes "El Ejemplo"', since],
      ['CUST003', 'PAY001', 'Pagaduría Ficticia del Norte, S.A.', since],
    ],
    mark: () => ({ kind: 'orphan' }),
  });
}

/** Fractions: chance of default, loss given default, exposure. */
function riskParametersFile(): CsvFile {
  const rates = ['0.015', '0.012', '0.01', '0.004', '0.02', '0.008', '0.006'];
  return tableFile({
    path: 'manual/risk_parameters.csv',
    columns: {
      segment: 'text',
      subcategoria_linea: 'text',
      pd: 'number',
      lgd: 'number',
      ead_factor: 'number',
    },
    money: [],
    rows: RISK_BANDS.map(([segment, line], index) => [segment, line, rates[index] ?? '', '0.45', '1']),
  });
}
