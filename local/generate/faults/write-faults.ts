import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXPECTED_PATH } from '../generate-book.ts';
import { seededRandom } from '../random.ts';
import { BYTE_FAULTS } from './byte-faults.ts';
import { COLUMN_FAULTS } from './column-faults.ts';
import { readCsvTable } from './csv-table.ts';
import { ExpectedFault } from './expected-fault.ts';
import type { Fault } from './fault.ts';
import { ROW_FAULTS } from './row-faults.ts';
import { TAPE_FAULTS } from './tape-faults.ts';
import { WHOLE_FILE_FAULTS } from './whole-file-faults.ts';

/** Every fault that can be asked for, by name. */
export const FAULTS: readonly Fault[] = [
  ...WHOLE_FILE_FAULTS,
  ...BYTE_FAULTS,
  ...COLUMN_FAULTS,
  ...ROW_FAULTS,
  ...TAPE_FAULTS,
];

/** The faults of these names; `all` stands for every one. Throws RangeError on a name that is none. */
export function faultsNamed(names: readonly string[]): readonly Fault[] {
  if (names.includes('all')) return FAULTS;
  return [...new Set(names)].map((name) => {
    const fault = FAULTS.find((candidate) => candidate.name === name);
    if (fault === undefined) throw new RangeError(`no fault is called "${name}"`);
    return fault;
  });
}

/** Longer than any record of a real file by far. */
const LINE_BYTES = 10_000_000;

/** Writes `faults/<name>/<file>` and its `expected.json` from the good book that lies under `dir`. */
export async function writeFaults(
  dir: string,
  faults: readonly Fault[],
  seed: number,
  { lineBytes = LINE_BYTES }: { readonly lineBytes?: number | undefined } = {},
): Promise<readonly ExpectedFault[]> {
  const written: ExpectedFault[] = [];
  for (const fault of faults) {
    const good = await readCsvTable(join(dir, fault.file));
    const damaged = fault.damage(good, seededRandom(seed, `fault ${fault.name}`), { lineBytes });
    const file = damaged.file ?? fault.file;
    const folder = join(dir, 'faults', fault.name);
    const expected = ExpectedFault.parse({
      fault: fault.name,
      about: fault.about,
      file,
      ...damaged.expected,
    });
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), damaged.content);
    await writeFile(join(folder, EXPECTED_PATH), `${JSON.stringify(expected, undefined, 2)}\n`);
    written.push(expected);
  }
  return written;
}
