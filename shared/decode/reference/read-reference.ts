import type { Contract } from '../../contracts/contract.ts';
import { matchHeader } from '../../contracts/match-header.ts';
import { type JudgedRow, rowJudge } from '../../contracts/row-schema.ts';
import { type ByteSource, inRanges } from '../../ports/byte-source.ts';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';

// The reference reader of CSV: csv-parse splits, zod judges, one row at a time. It is slow and simple; the columnar
// reader is tested and measured against it.

export type ReferenceVerdict =
  | JudgedRow
  | { readonly kind: 'ragged'; readonly cells: number }
  | { readonly kind: 'malformed'; readonly detail: string };

/**
 * What becomes of each record after the header, which has to fit the contract. Throws NotCsvText when records cannot
 * be told apart.
 */
export async function* readReference(
  source: ByteSource,
  contract: Contract,
): AsyncGenerator<{ readonly record: number; readonly verdict: ReferenceVerdict }> {
  const judge = rowJudge(contract);
  let header: readonly string[] = [];
  let positions: ReadonlyMap<string, number> = new Map();
  const verdictOn = (record: CsvRecord): ReferenceVerdict => {
    if (record.kind === 'malformed') return record;
    if (record.cells.length !== header.length) return { kind: 'ragged', cells: record.cells.length };
    return judge(
      Object.fromEntries([...positions].map(([name, position]) => [name, record.cells[position]])),
    );
  };
  // The records come by callback and are asked for one by one: a stretch of them waits in between.
  for await (const records of inStretches(source)) {
    for (const record of records) {
      if (record.number > 0) {
        yield { record: record.number, verdict: verdictOn(record) };
        continue;
      }
      header = record.kind === 'cells' ? record.cells : [];
      ({ positions } = matchHeader(contract, header));
    }
  }
}

const STRETCH_RECORDS = 1_000;

async function* inStretches(source: ByteSource): AsyncGenerator<readonly CsvRecord[]> {
  let waiting: CsvRecord[] = [];
  let wake: () => void = () => undefined;
  let goOn: () => void = () => undefined;
  let isDone = false;
  const reading = readCsvRecords(inRanges(source), { byteOrderMark: false }, async (record) => {
    waiting.push(record);
    if (waiting.length < STRETCH_RECORDS) return true;
    const taken = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    wake();
    await taken;
    return true;
  }).finally(() => {
    isDone = true;
    wake();
  });
  reading.catch(() => undefined);
  while (!isDone) {
    if (waiting.length < STRETCH_RECORDS) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const records = waiting;
    waiting = [];
    goOn();
    yield records;
  }
  await reading;
  yield waiting;
}
