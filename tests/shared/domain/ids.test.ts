import { describe, expect, it } from '@jest/globals';
import { BookId, DatasetId, RunId, Sha256 } from '../../../shared/domain/ids.ts';

describe('identities', () => {
  it.each([
    ['a run id', RunId, 'run_0123456789ab'],
    ['a book id', BookId, 'book_0123456789ab'],
    ['a dataset id', DatasetId, 'looker/loan_par_balances'],
    ['a content hash', Sha256, 'a'.repeat(64)],
  ])('accept %s', (_, schema, text) => {
    expect(schema.parse(text)).toBe(text);
  });

  it.each([
    ['a run id in upper case', RunId, 'run_0123456789AB'],
    ['a run id that is too long', RunId, 'run_0123456789abc'],
    ['a book id in the place of a run id', RunId, 'book_0123456789ab'],
    ['a run id in the place of a book id', BookId, 'run_0123456789ab'],
    ['a run id with a line end', RunId, 'run_0123456789ab\n'],
    ['a dataset id without a source', DatasetId, 'loans'],
    ['a dataset id that climbs', DatasetId, '../loans'],
    ['a dataset id of three parts', DatasetId, 'looker/loans/x'],
    ['a dataset id that begins with a digit', DatasetId, 'looker/1loans'],
    ['a hash in upper case', Sha256, 'A'.repeat(64)],
    ['a hash that is cut short', Sha256, 'a'.repeat(63)],
  ])('refuse %s', (_, schema, text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });
});
