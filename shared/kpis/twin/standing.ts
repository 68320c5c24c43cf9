// What a loan is at a reporting date. Money in cents, as everywhere in the twin.

export type Standing = {
  /** Days past due. */
  readonly dpd: number;
  readonly isWrittenOff: boolean;
  /** Principal still owed; zero once it is written off. */
  readonly outstanding: number;
  readonly writtenOff: number;
};

/** What a loan was at a reporting date, which is told by its place in the list of dates. */
export type DatedStanding = { readonly date: number; readonly standing: Standing };

/** Outstanding that is late by n days or more. The PAR file states them; a rebuilt standing implies them. */
export type AtRisk = { readonly 7: number; readonly 30: number; readonly 60: number; readonly 90: number };

/** The lender writes off after that many days (domain.md 4.2, rule 5). */
export const WRITE_OFF_AFTER_DAYS = 180;

/** domain.md 4.2, rule 6: late by exactly n days counts. */
export function atRiskOf({ dpd, outstanding }: Standing): AtRisk {
  const from = (days: number) => (dpd >= days ? outstanding : 0);
  return { 7: from(7), 30: from(30), 60: from(60), 90: from(90) };
}

/** What is owed, whether it still counts as outstanding or not. */
export function owed({ outstanding, writtenOff }: Standing): number {
  return outstanding + writtenOff;
}
