export type ZipLimits = {
  readonly maxEntries: number;
  /** Of all entries together, in bytes. */
  readonly maxInflatedBytes: number;
  /** Inflated size over compressed size, of each entry and of the whole. */
  readonly maxRatio: number;
  /** An entry that inflates to less than this may have any ratio: it can do no harm. */
  readonly ratioFromBytes: number;
  /** A ZIP that was exported may hold a workbook, which is itself a ZIP. A workbook may hold no other. */
  readonly allowWorkbooks: boolean;
};

/**
 * For a ZIP that is unpacked to the local disk, which is small. Ordinary exports have tens of entries and shrink
 * about eightfold; a bomb shrinks a thousandfold.
 */
export const ZIP_LIMITS: ZipLimits = {
  maxEntries: 1_000,
  maxInflatedBytes: 512 * 1024 * 1024,
  maxRatio: 100,
  ratioFromBytes: 1024 * 1024,
  allowWorkbooks: false,
};
