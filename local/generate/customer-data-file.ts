import type { CsvFile } from './csv-file.ts';
import type { LoanBook } from './loan-book.ts';
import { type Random, seededRandom } from './random.ts';
import { RISK_BANDS } from './support-tables.ts';
import { tableFile } from './table-file.ts';

const INDUSTRIES = [
  'Comercio',
  'Construcción',
  'Agroindustria',
  'Transporte',
  'Servicios',
  'Textil',
] as const;
const CHANNELS = ['Digital', 'Direct', 'Referral'] as const;
const CLIENT_TYPES = ['New', 'Recurrent', 'Reactivated'] as const;
const MANAGERS = ['KAM001', 'KAM002', 'KAM003'] as const;

/** One customer in eight was exported twice, the second time with another channel: the first row counts. */
const SHARE_TWICE = 1 / 8;

/** What is known of customers beyond their place: segment, line of credit, manager. Title-case headers. */
export function customerDataFile(book: LoanBook): CsvFile {
  return tableFile({
    path: 'looker/customer_data.csv',
    columns: {
      'Customer ID': 'text',
      'Client Type': 'text',
      Income: 'money',
      'Income Currency': 'text',
      Gender: 'text',
      'Birth Year': 'integer',
      'Sales Channel': 'text',
      'Number of Dependents': 'integer',
      'Location City': 'text',
      'Location State Province': 'text',
      'Location Country': 'text',
      segment: 'text',
      subcategoria_linea: 'text',
      kam_id: 'text',
      Industry: 'text',
    },
    rows: customerRows(book),
  });
}

function* customerRows(book: LoanBook): Generator<readonly string[]> {
  const random = seededRandom(book.options.seed, 'customer_data.csv');
  for (const [position, id] of book.roster.ids.entries()) {
    const first = customerRow(book, id, position, random);
    yield first;
    const again = first.with(CHANNEL, random.pick(CHANNELS));
    // The second customer always comes twice, so that every book has one.
    if (random.chance(SHARE_TWICE) || position === 1) yield again;
  }
}

const CHANNEL = 6;

/** Companies have no gender, year of birth or dependents. */
function customerRow(book: LoanBook, id: string, position: number, random: Random): string[] {
  const isPerson = random.chance(0.3);
  const [segment, line] = bandOf(random);
  const person = [random.pick(['F', 'M']), String(random.int(1950, 2003)), String(random.int(0, 4))] as const;
  const [gender, birthYear, dependents] = isPerson ? person : ['', '', '0'];
  return [
    id,
    random.pick(CLIENT_TYPES),
    String(random.int(4, 400) * 250),
    'USD',
    gender,
    birthYear,
    random.pick(CHANNELS),
    dependents,
    book.roster.cities[position] ?? '',
    book.roster.states[position] ?? '',
    'SLV',
    segment,
    line,
    random.pick(MANAGERS),
    random.pick(INDUSTRIES),
  ];
}

/** Nearly always a band that has risk parameters; one in twelve has none. */
function bandOf(random: Random): readonly [string, string] {
  const band = random.pick<readonly [string, string]>(RISK_BANDS);
  return random.chance(1 / 12) ? ['OC', '50K-100K'] : band;
}
