import { describe, expect, it } from '@jest/globals';
import { DatasetId, RunId, Sha256 } from '../../../shared/domain/ids.ts';
import { LocalDate, REFERENCE_DAY } from '../../../shared/domain/local-date.ts';
import * as paths from '../../../shared/runs/run-paths.ts';

const RUN = RunId.parse('run_0123456789ab');
const DAY = LocalDate.parse('2025-12-10');
const DATASET = DatasetId.parse('looker/loans');
const CONTENT = Sha256.parse('ab'.repeat(32));

describe('where things of a run lie', () => {
  it.each([
    ['raw bytes', paths.rawPath(DATASET, DAY, CONTENT, 'csv'), `looker/loans/2025-12-10/${CONTENT}.csv`],
    [
      'staged rows',
      paths.stagingPath({ dataset: DATASET, runId: RUN }, DAY, CONTENT),
      'looker/loans/as_of=2025-12-10/run_0123456789ab-abababababab.parquet',
    ],
    [
      'staged reference data, which stands for no day',
      paths.stagingPath({ dataset: DATASET, runId: RUN }, REFERENCE_DAY, CONTENT),
      'looker/loans/as_of=always/run_0123456789ab-abababababab.parquet',
    ],
    [
      'rejected rows of an attempt',
      paths.quarantinePath(RUN, 2),
      'run_0123456789ab/attempts/2/rejected.jsonl',
    ],
    ['KPIs', paths.martPath(DAY, RUN, 'json'), 'kpis/as_of=2025-12-10/run_0123456789ab.json'],
    ['KPIs of a book', paths.bookMartPath('book_0123456789ab'), 'books/book_0123456789ab.json'],
    ['a report', paths.reportPath(DAY, RUN, 'html'), 'as_of=2025-12-10/run_0123456789ab.html'],
    [
      'a document of an attempt',
      paths.attemptPath(RUN, 2, 'summary.json'),
      'run_0123456789ab/attempts/2/summary.json',
    ],
    ['the newest document', paths.artifactPath(RUN, 'summary.json'), 'run_0123456789ab/summary.json'],
    ['what is newest of a contract', paths.latestPath(DATASET, 'loans'), 'latest/looker/loans.json'],
  ])('%s: %s', (_, path, expected) => {
    expect(path).toBe(expected);
  });
});
