import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { localDateOf } from '../shared/domain/local-date.ts';
import { generateBook } from './generate/generate-book.ts';

/**
 * What a newcomer finds on an empty store: a synthetic lender's book. The feed of real payments is not in it: it runs
 * ahead of the others, and nothing may lie in the future.
 */
const SAMPLE_FILES = [
  'looker/loans.csv',
  'looker/loan_par_balances.csv',
  'looker/schedules.csv',
  'looker/transactions.csv',
  'looker/customers.csv',
  'looker/customer_data.csv',
  'cascade/loan_tape.csv',
  'manual/financial_statements.csv',
  'manual/marketing_spend.csv',
  'manual/targets.csv',
  'manual/risk_parameters.csv',
  'meta/insights.json',
];

export async function isEmpty(storage: string): Promise<boolean> {
  const landing = BlobServiceClient.fromConnectionString(storage).getContainerClient('landing');
  for await (const _ of landing.listBlobsFlat()) return false;
  return true;
}

/** Enough loans for shares that look like those of a lender. */
const SAMPLE_LOANS = 3_000;

/** Drops the sample, as of today, into landing. Returns the paths and the as-of date of the book. */
export async function dropSampleBook(storage: string): Promise<{ paths: string[]; asOf: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'abaco-sample-'));
  try {
    const { asOf } = await generateBook({ dir, loans: SAMPLE_LOANS, asOf: localDateOf(new Date()) });
    const landing = BlobServiceClient.fromConnectionString(storage).getContainerClient('landing');
    const paths: string[] = [];
    for (const file of SAMPLE_FILES) {
      const { dir: dataset, name, ext } = parse(file);
      const path = `${dataset}/${name}/sample_${asOf}${ext}`;
      await landing.getBlockBlobClient(path).uploadFile(join(dir, file));
      paths.push(path);
    }
    return { paths, asOf };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
