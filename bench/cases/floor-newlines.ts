import { localFile } from '../../shared/decode/zip/local-file.ts';
import { inRanges } from '../../shared/ports/byte-source.ts';
import type { Measure } from '../case-process.ts';

const LINE_FEED = 10;

/** The least that any reader has to do: read the bytes and find the line ends. */
export const measure: Measure = async ({ path }, timed) => {
  const lines = await timed(async () => {
    await using source = await localFile(path);
    let count = 0;
    for await (const range of inRanges(source))
      for (let at = range.indexOf(LINE_FEED); at !== -1; at = range.indexOf(LINE_FEED, at + 1)) count += 1;
    return count;
  });
  return { rows: lines - 1 };
};
