import { describe, expect, it } from '@jest/globals';
import { operationIdOf, traceparentOf } from '../../../shared/domain/trace.ts';

describe('the operation of a trace', () => {
  it('is its trace id', () => {
    expect(operationIdOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe(
      '0af7651916cd43dd8448eb211c80319c',
    );
  });

  it.each([
    undefined,
    '',
    '00-1-2-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
  ])('is unknown for %j', (traceparent) => {
    expect(operationIdOf(traceparent)).toBeUndefined();
  });
});

it('what came without a trace gets one, the same each time and another for each', () => {
  expect(operationIdOf(traceparentOf('run_1'))).toMatch(/^[0-9a-f]{32}$/);
  expect(traceparentOf('run_1')).toBe(traceparentOf('run_1'));
  expect(traceparentOf('run_1')).not.toBe(traceparentOf('run_2'));
});
