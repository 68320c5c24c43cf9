import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { uuidV5 } from '../../../shared/domain/uuid-v5.ts';

describe('a name-based UUID', () => {
  it('is stable: these two were computed with another implementation', () => {
    expect(uuidV5('run_4f1c29ab03de/1/ingest')).toBe('58992bf8-134d-502e-99c5-e5981dbc65b0');
    expect(uuidV5('')).toBe('7ddf3dff-6cf9-5a19-96ac-6a7d6ea7fdb6');
  });

  it('has the version and variant of RFC 9562, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(uuidV5(name)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      }),
      { seed: 20_251_210, numRuns: 300 },
    );
  });

  it('differs from name to name', () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `run/${index}`);

    expect(new Set(names.map(uuidV5)).size).toBe(1_000);
  });
});
