import type { Contract } from '../../contracts/contract.ts';
import { asOfVotes } from '../as-of-finder.ts';
import type { PartBuilder } from '../part-builder.ts';
import type { UnfinishedPart } from './finish-part.ts';

/** What has been read so far; the builder is empty afterwards. */
export function takeUnfinished(builder: PartBuilder, contract: Contract): UnfinishedPart {
  const rows = builder.batch.take();
  const part = builder.finish();
  return {
    rows,
    rest: {
      ...part,
      accepted: rows.rows,
      rejected: part.rejected - rows.rows,
      // Here, since whatever knows about days would be loaded into the other thread for them.
      votes: asOfVotes(contract, rows),
      suspects: part.suspects.filter(({ isDeclared }) => !isDeclared),
    },
  };
}
