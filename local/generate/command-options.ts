import { parseArgs } from 'node:util';
import { BOOK_FORMATS, type BookFormats } from './formats/write-formats.ts';

export const HELP = `Writes a synthetic loan book in the formats of the real files, and expected.json: its exact sums.
The same options give the same bytes. Nobody in it exists.

Usage: npm run generate -- --out DIR [options]

  --out DIR          folder to write to (made if need be; files in it are overwritten)
  --loans N          loans in the book, at least 10 (default 600; shares of arrears hold from about 200 on)
  --seed S           whole number that everything is drawn from (default 1)
  --as-of DATE       tape cut-off, YYYY-MM-DD (default 2025-12-10)
  --formats FORMAT   csv (default); mixed: some files as XLSX, Parquet, JSON, NDJSON or ZIP instead;
                     all: besides, every table in every format under DIR/formats/
  --plant duplicates some transactions come twice, of those some with another amount
  --par-rows R       only looker/loan_par_balances.csv, with exactly R rows (at least 100), however many
  --bad-share X      with --par-rows: share of rows that break the contract, such as 0.005
  --pii              with --par-rows: a column "cliente" of quoted names with commas and accents
  --loan-rows R      only looker/loans.csv, with exactly R rows (at least 10), however many
  --faults NAME ...  also write faulty variants to DIR/faults/NAME/, each with the verdict it must get;
                     "all" writes every one, "list" prints them and writes nothing
  --line-bytes N     size of the line without end of the fault endless-line (default 10000000)
  --help             this text
`;

/** The command was called in a way that means nothing. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What to write: a whole book, or one large file. */
export type Wanted =
  | {
      readonly kind: 'book';
      readonly loans: number | undefined;
      readonly formats: BookFormats;
      readonly plantDuplicates: boolean;
      readonly faultNames: readonly string[];
      readonly lineBytes: number | undefined;
    }
  | {
      readonly kind: 'par-balances';
      readonly rows: number;
      readonly badShare: number | undefined;
      readonly pii: boolean;
    }
  | { readonly kind: 'loans'; readonly rows: number };

export type Call =
  | { readonly kind: 'help' | 'list-faults' }
  | {
      readonly kind: 'write';
      readonly out: string;
      readonly seed: number;
      readonly asOf: string | undefined;
      readonly wanted: Wanted;
    };

/** What the words of the command line ask for. Throws UsageError. */
export function readCall(args: readonly string[]): Call {
  const { values, positionals } = parsed(args);
  if (values.help === true) return { kind: 'help' };
  // `--faults bom crlf` reads naturally, so the words after it are names as well.
  if (positionals.length > 0 && values.faults === undefined)
    throw new UsageError(`do not know what to do with "${positionals.join(' ')}"`);
  const faultNames = [...(values.faults ?? []), ...positionals];
  if (faultNames.includes('list')) return { kind: 'list-faults' };
  if (values.out === undefined) throw new UsageError('--out DIR is missing: where should the book go?');
  refuseMixtures(values);
  return {
    kind: 'write',
    out: values.out,
    seed: wholeNumber('--seed', values.seed) ?? 1,
    asOf: values['as-of'],
    wanted: wantedFile(values) ?? {
      kind: 'book',
      loans: wholeNumber('--loans', values.loans),
      formats: formatsNamed(values.formats),
      plantDuplicates: plantNamed(values.plant),
      faultNames,
      lineBytes: wholeNumber('--line-bytes', values['line-bytes']),
    },
  };
}

type Values = ReturnType<typeof parseCommandLine>['values'];

function wantedFile(values: Values): Wanted | undefined {
  const loans = wholeNumber('--loan-rows', values['loan-rows']);
  if (loans !== undefined) return { kind: 'loans', rows: loans };
  const rows = wholeNumber('--par-rows', values['par-rows']);
  if (rows === undefined) return undefined;
  return { kind: 'par-balances', rows, badShare: share(values['bad-share']), pii: values.pii === true };
}

const OF_BOOKS = ['loans', 'faults', 'formats', 'plant', 'line-bytes'] as const;

function refuseMixtures(values: Values): void {
  const alone = (['par-rows', 'loan-rows'] as const).filter((option) => values[option] !== undefined);
  const [only] = alone;
  if (alone.length > 1) throw new UsageError('--par-rows and --loan-rows each make one file alone');
  const extra = OF_BOOKS.filter((option) => values[option] !== undefined);
  if (only !== undefined && extra.length > 0)
    throw new UsageError(`--${only} makes one file alone: it does not go with --${extra.join(' and --')}`);
  const ofPar = (['bad-share', 'pii'] as const).find((option) => values[option] !== undefined);
  if (ofPar !== undefined && only !== 'par-rows')
    throw new UsageError(`--${ofPar} goes with --par-rows only`);
  if (values.formats === 'mixed' && values.faults !== undefined)
    throw new UsageError('--faults starts from the CSV files, of which --formats mixed leaves some out');
}

function parsed(args: readonly string[]): ReturnType<typeof parseCommandLine> {
  try {
    return parseCommandLine(args);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parseCommandLine(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      loans: { type: 'string' },
      seed: { type: 'string' },
      'as-of': { type: 'string' },
      formats: { type: 'string' },
      plant: { type: 'string' },
      'par-rows': { type: 'string' },
      'bad-share': { type: 'string' },
      pii: { type: 'boolean' },
      'loan-rows': { type: 'string' },
      faults: { type: 'string', multiple: true },
      'line-bytes': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}

function share(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^(0(\.\d+)?|1(\.0+)?)$/.test(text))
    throw new UsageError(`--bad-share takes a share from 0 to 1, not "${text}"`);
  return Number(text);
}

function formatsNamed(text = 'csv'): BookFormats {
  const formats = BOOK_FORMATS.find((name) => name === text);
  if (formats === undefined)
    throw new UsageError(`--formats takes ${BOOK_FORMATS.join(', ')}, not "${text}"`);
  return formats;
}

function plantNamed(text: string | undefined): boolean {
  if (text !== undefined && text !== 'duplicates')
    throw new UsageError(`--plant takes duplicates, not "${text}"`);
  return text === 'duplicates';
}
