import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { MOST_LISTED_ROWS, MOST_WORDED_ROWS } from '../decode/part-builder.ts';
import type { RejectedRow } from '../decode/snapshot-part.ts';

/** Disposing of it without closing it leaves the file unfinished, but not open. */
export interface QuarantineFile extends AsyncDisposable {
  write: (rows: readonly RejectedRow[]) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Rejected rows as JSON lines on the local disk; after the first ones, numbers, places and codes have to do. Their cells
 * are safe to read: `safeCells` has seen to it.
 */
export async function openQuarantine(file: string): Promise<QuarantineFile> {
  const stream = createWriteStream(file);
  let listed = 0;
  /** The disk may take its time for what was written last while the next part is read. */
  let drained: Promise<unknown> = Promise.resolve();
  return {
    async write(rows) {
      await drained;
      let lines = '';
      for (const row of rows.slice(0, MOST_LISTED_ROWS - listed)) {
        listed += 1;
        const line = listed > MOST_WORDED_ROWS && 'issues' in row ? withoutWords(row) : row;
        lines += `${'codes' in line ? briefJson(line) : JSON.stringify(line)}\n`;
      }
      if (lines === '' || stream.write(lines)) return;
      drained = once(stream, 'drain');
      // An error of the disk is told to whoever writes next or closes.
      drained.catch(() => undefined);
    },
    async close() {
      stream.end();
      await finished(stream);
    },
    async [Symbol.asyncDispose]() {
      if (stream.closed) return;
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
    },
  };
}

function withoutWords({
  record,
  offset,
  issues,
}: RejectedRow & { issues: readonly { code: string }[] }): RejectedRow {
  const codes = [...new Set(issues.map(({ code }) => code))];
  return { record, ...(offset !== undefined && { offset }), codes };
}

/** As `JSON.stringify` writes it, in a third of the time: nearly all lines of a bad file are such. */
function briefJson({ record, offset, codes }: RejectedRow & { codes: readonly string[] }): string {
  const place = offset === undefined ? '' : `"offset":${offset},`;
  return `{"record":${record},${place}"codes":["${codes.join('","')}"]}`;
}
