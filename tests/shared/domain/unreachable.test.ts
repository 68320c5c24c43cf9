import { describe, expect, it } from '@jest/globals';
import { unreachable } from '../../../shared/domain/unreachable.ts';

describe('an unreachable branch', () => {
  it('names the case that nobody handled', () => {
    const unforeseen: unknown = { kind: 'new' };

    expect(() => unreachable(unforeseen as never)).toThrow(new TypeError('unhandled case: {"kind":"new"}'));
  });
});
