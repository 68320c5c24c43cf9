import type { Contract } from '../../contracts/contract.ts';
import { mostRecognised } from '../../contracts/match-header.ts';
import type { ByteSource } from '../../ports/byte-source.ts';
import type { CsvHeader } from './csv-header.ts';
import { asBuffer, DELIMITERS } from './dialect.ts';
import { splitRecord } from './split-record.ts';

const BYTES = 65_536;
const MOST_LINES = 20;
/** As few names are in a row of data by chance. */
const FEWEST_NAMES = 3;

/**
 * The line below the first one that names columns of the contract, for whoever saved a sheet with a title above its
 * header. It is only told of: what else stands there is not known.
 */
export async function lineOfHeaderBelow(
  source: ByteSource,
  first: Pick<CsvHeader, 'end' | 'line'>,
  contract: Contract,
): Promise<number | undefined> {
  const recognisedIn = mostRecognised([contract]);
  const bytes = asBuffer(await source.read(first.end, Math.min(first.end + BYTES, source.size)));
  const lines = bytes.toString('utf8').split(/\r\n|\n|\r/);
  // What follows the end of the first record is the rest of its own line, which is empty.
  for (const [index, line] of lines.slice(0, MOST_LINES + 1).entries()) {
    const record = Buffer.from(line);
    const isHeader = DELIMITERS.some((delimiter) => {
      const split = splitRecord(record, 0, delimiter.byte, true);
      return split.kind === 'cells' && recognisedIn(split.cells) >= FEWEST_NAMES;
    });
    if (isHeader) return first.line + index;
  }
  return undefined;
}
