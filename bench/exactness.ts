import type { ExpectedSums } from '../local/generate/expected-sums.ts';
import type { BenchCase } from './case-list.ts';
import type { InputFile } from './input-files.ts';
import type { Found } from './measurement.ts';

// A fast wrong answer is no answer: what each case found, beside what the generator counted while it wrote the file.

/** Everything in which a case is wrong, in words; empty when it is right. */
export function mismatches(
  { name, staged = false }: Pick<BenchCase, 'name' | 'staged'>,
  { rows, expected }: Pick<InputFile, 'rows' | 'expected'>,
  found: Found,
): readonly string[] {
  const all = expectedOf(expected, rows);
  // A staged file holds the good rows alone.
  const wanted = staged ? { ...all, rows: all.rows - all.badRows } : all;
  const facts = ['rows', 'badRows', 'violations', 'centsSum'] as const;
  const wrong = facts.flatMap((fact) =>
    found[fact] === undefined || found[fact] === wanted[fact]
      ? []
      : [`${name}: ${fact} is ${found[fact]}, should be ${wanted[fact]}`],
  );
  const { newest } = found;
  if (newest === undefined) return wrong;
  const sums = ['outstanding', 'par30', 'writtenOff'] as const;
  return [
    ...wrong,
    ...sums.flatMap((sum) =>
      newest[sum] === wanted.newest[sum]
        ? []
        : [`${name}: ${sum} at the newest date is ${newest[sum]}, should be ${wanted.newest[sum]}`],
    ),
  ];
}

export type Expected = Omit<{ [Fact in keyof Found]-?: NonNullable<Found[Fact]> }, 'more'>;

export function expectedOf({ files, parDates }: ExpectedSums, rows: number): Expected {
  const [file] = Object.values(files);
  const newest = parDates.at(-1);
  if (file === undefined || newest === undefined) throw new RangeError('expected.json says nothing');
  const cents = Object.values(file.sums).reduce((sum, amount) => sum + centsOf(amount), 0n);
  return {
    rows,
    badRows: Number(file.bad?.rows ?? 0),
    violations: Number(file.bad?.violations ?? 0),
    centsSum: String(cents),
    newest: {
      outstanding: String(centsOf(newest.outstanding)),
      par30: String(centsOf(newest.par30)),
      writtenOff: String(centsOf(newest.writtenOff)),
    },
  };
}

function centsOf(amount: string): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(2, '0'));
}
