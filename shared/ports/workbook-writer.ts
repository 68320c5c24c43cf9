// A workbook for a spreadsheet. Cells come as text, as a table or a mart has them, and leave with a type: an amount is
// a number there, a day is a date.

export type CellType = 'text' | 'date' | 'integer' | 'decimal' | 'boolean';

export type Sheet = {
  /** At most 31 letters, and none of `[]:*?/\`. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: CellType }[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** The bytes of a workbook with these sheets: the same sheets give the same bytes. */
export type WorkbookWriter = (sheets: readonly Sheet[]) => Promise<Buffer>;
