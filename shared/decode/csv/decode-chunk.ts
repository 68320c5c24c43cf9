import type { TokenMaker } from '../../privacy/pseudonym.ts';
import { PartBuilder } from '../part-builder.ts';
import type { SnapshotPart } from '../snapshot-part.ts';
import type { Chunk } from './cut-chunks.ts';
import { LINE_FEED } from './dialect.ts';
import { encodingFault } from './encoding-faults.ts';
import { partFinisher } from './finish-part.ts';
import { PlainMemory } from './plain-memory.ts';
import type { CsvFile } from './read-in-sequence.ts';
import { RecordDecoder } from './record-decoder.ts';

export type ChunkToDecode = Chunk & {
  /** Number of the record before its first one. */
  readonly recordBefore: number;
};

export type DecodedChunk =
  | { readonly kind: 'part'; readonly part: SnapshotPart; readonly lines: number }
  /** It is not what it was cut to be, or it holds what has to be told with its line in the file. */
  | { readonly kind: 'fault' };

/** What has to be known of the file. */
export type DecodingOrders = Pick<
  CsvFile,
  'contract' | 'layout' | 'setAside' | 'partRecords' | 'mostChunkBytes'
>;

/** Makes a function that decodes chunks of one file, each to the part that reading in sequence would give. */
export function chunkDecoder(
  { contract, layout, setAside, partRecords, mostChunkBytes }: DecodingOrders,
  tokenOf: TokenMaker,
): (chunk: ChunkToDecode) => DecodedChunk {
  const memory = new PlainMemory(contract, { width: layout.width, bytes: mostChunkBytes });
  const builder = new PartBuilder(contract, tokenOf, setAside, memory);
  const decoder = new RecordDecoder(builder, contract, layout, { record: 0, line: 0, partRecords, memory });
  const finish = partFinisher(contract, tokenOf);
  return ({ room, size, offset, records, recordBefore }) => {
    const stretch = { bytes: Buffer.from(room.buffer), end: size, isLast: true, offset };
    if (encodingFault(stretch.bytes, 0, size, true) !== -1) return { kind: 'fault' };
    stretch.bytes[size] = LINE_FEED;
    decoder.at = 0;
    decoder.record = recordBefore;
    decoder.line = 0;
    decoder.hasMalformed = false;
    const stop = decoder.decode(stretch);
    const isWhole = (stop === 'more' || stop === 'part') && decoder.skipLineEnds(stretch) >= size;
    const isAsCut = isWhole && !decoder.hasMalformed && builder.records === records;
    const part = decoder.takePart();
    return isAsCut ? { kind: 'part', part: finish(part), lines: decoder.line } : { kind: 'fault' };
  };
}
