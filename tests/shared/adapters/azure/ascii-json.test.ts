import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asciiJson } from '../../../../shared/adapters/azure/ascii-json.ts';

it('writes plain ASCII and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const json = asciiJson({ texts });

      expect(json).toMatch(/^[\u0000-\u007e]*$/);
      expect(JSON.parse(json)).toEqual({ texts });
    }),
    { seed: 1 },
  );
});
