import { describe, expect, it } from '@jest/globals';
import { dayAskedIn } from '../../../shared/pipeline/run-of-file.ts';

describe('the day that metadata ask for', () => {
  it.each([
    [{}, {}],
    [{ principal: 'ana' }, {}],
    [{ asof: '2025-12-10' }, { requestedAsOf: '2025-12-10' }],
    [{ as_of: ' 2025-12-10 ' }, { requestedAsOf: '2025-12-10' }],
    [{ AsOf: '2025-12-10', as_of: '2025-12-10' }, { requestedAsOf: '2025-12-10' }],
  ])('of %j is %j', (metadata, asked) => {
    expect(dayAskedIn(metadata)).toEqual(asked);
  });

  it.each([
    [{ asof: '' }, '""'],
    [{ asof: '2025-02-30' }, '"2025-02-30"'],
    [{ asof: '2025-12-10T00:00:00Z' }, '"2025-12-10T00:00:00Z"'],
    [{ asof: '2025-12-10', as_of: '2025-12-11' }, '"2025-12-10 and 2025-12-11"'],
    [{ asof: '2025\u202e' }, '"2025[U+202E]"'],
    [{ asof: 'x'.repeat(500) }, `"${'x'.repeat(60)}"`],
  ])('of %j is none, and is shown as %s', (metadata, shown) => {
    expect(dayAskedIn(metadata)).toEqual({ unreadAsOf: shown });
  });
});
