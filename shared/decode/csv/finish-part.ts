import type { Contract } from '../../contracts/contract.ts';
import type { TokenMaker } from '../../privacy/pseudonym.ts';
import { giveUp } from '../../staging/give-up.ts';
import { encodeRowGroup } from '../../staging/parquet-row-group.ts';
import type { ColumnBatch, Vector } from '../column-batch.ts';
import { foldBatch } from '../fold-batch.ts';
import { maskBatch } from '../mask-batch.ts';
import type { SnapshotPart } from '../snapshot-part.ts';
import { SuspectWatch } from '../suspect-watch.ts';

// The second half of the work on a part, which another thread may do: what PartBuilder does with rows when it finishes.
// That thread begins with nothing: whatever is imported here is loaded for every large file, so nothing that knows
// contracts or days is.

/** A part whose rows are judged, and not yet masked, folded and encoded. It may cross threads, and nothing else. */
export type UnfinishedPart = {
  /** In the clear: it never leaves the process. */
  readonly rows: ColumnBatch;
  /** All that is known without the rows. */
  readonly rest: SnapshotPart;
};

/** Makes a function that finishes the parts of one file, and takes the memory of their rows. */
export function partFinisher(
  contract: Contract,
  tokenOf: TokenMaker,
): (part: UnfinishedPart) => SnapshotPart {
  const watch = new SuspectWatch(contract);
  return (unfinished) => {
    const { rows, rest } = unfinished;
    watch.seeBatch(rows);
    const batch = maskBatch(rows, contract, tokenOf);
    const part = {
      ...rest,
      rowGroup: batch.rows === 0 ? undefined : encodeRowGroup(batch, contract.columns),
      ...foldBatch(batch, contract),
      suspects: [...watch.take(), ...rest.suspects],
    };
    for (const buffer of buffersOf(unfinished)) giveUp(buffer);
    return part;
  };
}

/** The memory of a part, to be handed to another thread instead of being copied. */
export function buffersOf({ rows }: UnfinishedPart): ArrayBuffer[] {
  const arrays = [rows.recordNumbers, ...rows.columns.flatMap(arraysOf)];
  return arrays.flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}

function arraysOf(vector: Vector): readonly ArrayBufferView[] {
  const { values, present } = vector;
  return [
    values,
    ...(present === undefined ? [] : [present]),
    ...(vector.type === 'text' ? [vector.dictionary.bytes, vector.dictionary.ends] : []),
  ];
}
