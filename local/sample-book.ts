import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { localDateOf } from '../shared/domain/local-date.ts';
import { generateBook } from './generate/generate-book.ts';

/** What a newcomer finds on an empty store: a synthetic lender with two datasets of Looker and the tape. */
const SAMPLE_FILES = ['looker/loans.csv', 'looker/loan_par_balances.csv', 'cascade/loan_tape.csv'];

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
      const path = file.replace('.csv', `/sample_${asOf}.csv`);
      await landing.getBlockBlobClient(path).uploadFile(join(dir, file));
      paths.push(path);
    }
    return { paths, asOf };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
