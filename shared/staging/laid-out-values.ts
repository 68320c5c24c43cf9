/** How values lie in a page: Parquet's numbers. */
export const ENCODING = { plain: 0, rle: 3, deltaBinaryPacked: 5, rleDictionary: 8 } as const;

/** The values of one column, ready for compression. */
export type LaidOutValues = {
  readonly encoding: number;
  /** In the room for values, where they end. */
  readonly end: number;
  /** Distinct values that the page only has codes of; they lie in the room for dictionaries. */
  readonly dictionary?: { readonly count: number; readonly end: number };
  /** Smallest and largest value as Parquet writes them; absent without values, or where they are too long. */
  readonly limits?: { readonly min: Uint8Array; readonly max: Uint8Array };
};
