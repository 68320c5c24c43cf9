import { z } from 'zod';
import { LocalDate } from '../../shared/domain/local-date.ts';

// The generator's oracle, `expected.json`: what any correct reading of the book must add up to. It is folded in
// whole cents while the rows are made, never through SQL or floats. Numbers are decimal text, so that no JSON
// reader can round them.

const Count = z.string().regex(/^\d+$/);
const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/);

/** Some rows of a file, and what their money columns add up to. */
const ExpectedPart = z.strictObject({ rows: Count, sums: z.record(z.string(), Decimal) });

export type ExpectedFile = z.infer<typeof ExpectedFile>;
export const ExpectedFile = z.strictObject({
  /** Records of the file, whatever is wrong with them. */
  rows: Count,
  /**
   * The exact sum of every money column, by its header; cells are rounded to cents one by one. Rows that break
   * the contract, copies and conflicting rows do not count; orphans and rebates do.
   */
  sums: z.record(z.string(), Decimal),
  /** Rows that break the contract by themselves, and how often: a row may do so in two ways. */
  bad: z.strictObject({ rows: Count, violations: Count, byCode: z.record(z.string(), Count) }).optional(),
  /** Rows that name a loan or a customer which no other file has. */
  orphans: ExpectedPart.optional(),
  /** Rebate credits: interest and tax are below zero, and the principal is what they add up to. */
  rebates: ExpectedPart.optional(),
  /** identical: rows to be dropped. conflicting: rows to be set aside, both of each pair. */
  duplicates: z.strictObject({ identical: Count, conflicting: Count }).optional(),
});

export type ExpectedParDate = z.infer<typeof ExpectedParDate>;
export const ExpectedParDate = z.strictObject({
  reportingDate: LocalDate,
  /** The true day of the data: on the newest date it is the cut-off, before the label. */
  asOf: LocalDate,
  loans: Count,
  activeLoans: Count,
  outstanding: Decimal,
  par7: Decimal,
  par30: Decimal,
  par60: Decimal,
  par90: Decimal,
  writtenOff: Decimal,
  writtenOffLoans: Count,
});

/** Facts of the newest reporting date that need the loans file as well. */
export type ExpectedNewest = z.infer<typeof ExpectedNewest>;
export const ExpectedNewest = z.strictObject({
  reportingDate: LocalDate,
  asOf: LocalDate,
  /** Distinct customers with outstanding above zero, counted once across companies. */
  activeClients: Count,
  top10Clients: Decimal,
  /** Sum over clients of outstanding squared (four decimals): the numerator of the concentration index. */
  squaredClientOutstanding: Decimal,
  /** Sum over loans of interest_rate (loans) x outstanding (PAR file), five decimals. */
  weightedAprNumerator: Decimal,
  /** Loans disbursed in the month of the as-of day. */
  disbursements: z.strictObject({ month: z.string(), loans: Count, volume: Decimal }),
});

export type ExpectedSums = z.infer<typeof ExpectedSums>;
export const ExpectedSums = z.strictObject({
  seed: Count,
  asOf: LocalDate,
  /** By path under the output folder. */
  files: z.record(z.string(), ExpectedFile),
  /** Oldest first. */
  parDates: z.array(ExpectedParDate),
  /** These three are absent when only a PAR file was made. */
  newest: ExpectedNewest.optional(),
  loans: z.strictObject({ loans: Count, volume: Decimal, customers: Count }).optional(),
  tape: z
    .strictObject({ measurementDate: LocalDate, cashAvailable: Decimal, totalEligible: Decimal })
    .optional(),
});
