import { createHmac } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Contract } from '../../shared/contracts/contract.ts';
import { BATCH_RECORDS, BatchBuilder } from '../../shared/decode/column-batch.ts';
import { readReference } from '../../shared/decode/reference/read-reference.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import { ParquetFile } from '../../shared/staging/parquet-file.ts';
import { encodeRowGroup } from '../../shared/staging/parquet-row-group.ts';
import type { Measure } from '../case-process.ts';
import type { Found } from '../measurement.ts';
import { contractOf, moneyColumns } from './bench-contract.ts';
import { balanceCatalog, kpisOf, newestOf } from './kpis-of-file.ts';

/**
 * The chain row by row: csv-parse, zod, a quarantine file, names masked, Parquet, KPIs. The Parquet is written by our own
 * writer, which is several times as fast as the package that one would take. The time of the rows is scaled, that of the
 * KPIs is not, which flatters the chain.
 */
export const measure: Measure = async ({ path, times, dir }, timed) => {
  const contract = await contractOf(path);
  const file = join(dir, 'staged.parquet');
  const found = await timed(
    () => stageByRows(path, contract, { file, quarantine: join(dir, 'rejected.jsonl') }),
    times,
  );
  const mart = await timed(async () => kpisOf({ file, rows: found.rows }, contract, await balanceCatalog()));
  return { ...found, newest: newestOf(mart) };
};

async function stageByRows(
  path: string,
  contract: Contract,
  { file, quarantine }: { file: string; quarantine: string },
): Promise<Found> {
  await using source = await localFile(path);
  await using staged = await ParquetFile.open(file, contract);
  const rejected = createWriteStream(quarantine);
  const batch = new BatchBuilder(contract);
  const tokens = new Map<string, string>();
  const keys = new Set<string>();
  const money = moneyColumns(contract);
  const found = { rows: 0, badRows: 0, violations: 0 };
  let cents = 0;
  const flush = (): Promise<void> => staged.append(encodeRowGroup(batch.take(), contract.columns));
  for await (const { record, verdict } of readReference(source, contract)) {
    found.rows += 1;
    if (verdict.kind !== 'accepted') {
      const issues = verdict.kind === 'rejected' ? verdict.issues : [verdict];
      found.badRows += 1;
      found.violations += issues.length;
      rejected.write(`${JSON.stringify({ record, issues })}\n`);
      continue;
    }
    const { row } = verdict;
    const key = contract.key.map((name) => String(row[name])).join('|');
    if (keys.has(key)) throw new Error(`row ${record} of the generated file is there twice`);
    keys.add(key);
    for (const name of money) cents += Number(row[name]);
    for (const [index, { name, mask }] of contract.columns.entries()) {
      const value = row[name] ?? null;
      const kept = mask === undefined || value === null ? value : tokenOf(String(value), tokens);
      batch.columns[index]?.set(batch.rows, kept);
    }
    batch.endRow(record);
    if (batch.rows === BATCH_RECORDS) await flush();
  }
  if (batch.rows > 0) await flush();
  await staged.finish();
  rejected.end();
  await finished(rejected);
  return { ...found, centsSum: String(cents) };
}

function tokenOf(name: string, tokens: Map<string, string>): string {
  const known = tokens.get(name);
  if (known !== undefined) return known;
  const token = createHmac('sha256', 'a key for measurements').update(name).digest('base64url').slice(0, 22);
  tokens.set(name, token);
  return token;
}
