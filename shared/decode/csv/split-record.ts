import {
  CARRIAGE_RETURN,
  LINE_FEED,
  MOST_RECORD_BYTES,
  QUOTE,
  STRAY_QUOTE,
  TEXT_AFTER_QUOTE,
} from './dialect.ts';

/** One record as texts. `end` is where its line end stands, or where the bytes end. */
export type SplitRecord =
  | { readonly kind: 'cells'; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: 'malformed'; readonly detail: string; readonly at: number; readonly end: number }
  | { readonly kind: 'unclosed-quote' | 'record-too-long' }
  /** It goes on beyond the bytes. */
  | { readonly kind: 'incomplete' };

/**
 * Splits the record that begins at `start`, the simple way: the header is split so, by each delimiter that it may have.
 */
export function splitRecord(bytes: Buffer, start: number, delimiter: number, isLast: boolean): SplitRecord {
  const record = split(bytes, start, delimiter, isLast);
  const end = 'end' in record ? record.end : bytes.length;
  return end - start > MOST_RECORD_BYTES ? { kind: 'record-too-long' } : record;
}

function split(bytes: Buffer, start: number, delimiter: number, isLast: boolean): SplitRecord {
  const cells: string[] = [];
  for (let at = start; ; at += 1) {
    let stop = at;
    if (bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1);
      if (close === -1) return { kind: isLast ? 'unclosed-quote' : 'incomplete' };
      cells.push(bytes.toString('utf8', at + 1, close).replaceAll('""', '"'));
      stop = close + 1;
      if (!endsCell(bytes[stop], delimiter)) return malformed(bytes, stop, TEXT_AFTER_QUOTE, isLast);
    } else {
      while (!endsCell(bytes[stop], delimiter)) {
        if (bytes[stop] === QUOTE) return malformed(bytes, stop, STRAY_QUOTE, isLast);
        stop += 1;
      }
      cells.push(bytes.toString('utf8', at, stop));
    }
    if (stop >= bytes.length && !isLast) return { kind: 'incomplete' };
    if (bytes[stop] !== delimiter) return { kind: 'cells', cells, end: stop };
    at = stop;
  }
}

/** From the fault on, everything up to the line end belongs to the record. */
function malformed(bytes: Buffer, at: number, detail: string, isLast: boolean): SplitRecord {
  let end = at;
  while (!endsRecord(bytes[end])) end += 1;
  return end >= bytes.length && !isLast ? { kind: 'incomplete' } : { kind: 'malformed', detail, at, end };
}

function closingQuote(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(QUOTE, start); at !== -1; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) return at;
  }
  return -1;
}

function endsCell(byte: number | undefined, delimiter: number): boolean {
  return byte === delimiter || endsRecord(byte);
}

function endsRecord(byte: number | undefined): boolean {
  return byte === undefined || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}
