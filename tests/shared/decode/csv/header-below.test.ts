import { describe, expect, it } from '@jest/globals';
import { matchHeader } from '../../../../shared/contracts/match-header.ts';
import { readHeader } from '../../../../shared/decode/csv/csv-header.ts';
import { lineOfHeaderBelow } from '../../../../shared/decode/csv/header-below.ts';
import { headerProblems } from '../../../../shared/decode/header-problems.ts';
import { aColumn, aContract } from '../../../support/a-contract.ts';
import { sourceOf } from './read-files.ts';

const CONTRACT = aContract({
  name: 'loans',
  version: 3,
  columns: ['loan_id', 'dpd', 'currency', 'outstanding_balance'].map((name) => aColumn({ name })),
});
const HEADER = 'Loan ID;DPD;Currency;Outstanding Balance';

async function lineIn(text: string): Promise<number | undefined> {
  const source = sourceOf(text);
  const first = await readHeader(source, [CONTRACT]);
  if ('code' in first) throw new Error(first.message);
  return await lineOfHeaderBelow(source, first, CONTRACT);
}

describe('a header below the first line', () => {
  it.each([
    ['a title', `Loans of Abaco\n${HEADER}\n1;2;USD;3\n`, 2],
    ['a title and blank lines, as Windows ends them', `Loans\r\n\r\n\r\n${HEADER}\r\n1;2;USD;3\r\n`, 4],
    ['what spreadsheets are told of the delimiter', `\nsep=;\n${HEADER.replaceAll(';', '","')}\n`, undefined],
    ['the same', `sep=,\n"${HEADER.replaceAll(';', '","')}"\n`, 2],
    ['nothing', HEADER, undefined],
    ['the first row of data', '1;2;USD;3\n4;5;USD;6\n', undefined],
    ['two names among others', 'x\nloan id,dpd,whatever\n', undefined],
    ['far too much', `${'title\n'.repeat(40)}${HEADER}\n`, undefined],
    ['a line without end', `x\n${'y'.repeat(200_000)}`, undefined],
  ])('is found under %s', async (_, text, line) => {
    expect(await lineIn(text)).toBe(line);
  });

  it('is told to whoever dropped the file', () => {
    const [problem] = headerProblems(CONTRACT, matchHeader(CONTRACT, ['Loans of Abaco']), 4);

    expect(problem?.message).toBe(
      'Contract loans@3: none of its columns is named in the first row, which does not look like a header. Nothing was promoted. Line 4 does: remove what stands above it and drop the file again.',
    );
  });
});
