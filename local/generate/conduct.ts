import { type Random, sample } from './random.ts';

/**
 * How a borrower behaves. Nearly all loans are ordinary (paid early, on the day, or up to four weeks late). The
 * others are given out in fixed shares, because a small book left to chance has no write-off at all or is ruined.
 */
export const CONDUCTS = ['ordinary', 'slow', 'recovered', 'settled', 'lost', 'late-30', 'late-90'] as const;
export type Conduct = (typeof CONDUCTS)[number];

type Quota = {
  readonly conduct: Conduct;
  readonly share: number;
  /** Given out at least so often in a book of 200 loans or more. */
  readonly atLeast: number;
  /** Maturity lies between these numbers of days before the cut-off. */
  readonly daysSinceDue: readonly [number, number];
};

const EVER = 100_000;

const QUOTAS: readonly Quota[] = [
  // Open now, and sized so that the newest PAR is that of a healthy lender.
  { conduct: 'late-90', share: 0.0013, atLeast: 2, daysSinceDue: [92, 170] },
  { conduct: 'late-30', share: 0.0016, atLeast: 2, daysSinceDue: [31, 85] },
  // Never paid in full: written off by now.
  { conduct: 'lost', share: 0.011, atLeast: 3, daysSinceDue: [185, EVER] },
  // Back from written off to current: enough cash came in, though some principal is left.
  { conduct: 'settled', share: 0.0005, atLeast: 1, daysSinceDue: [300, EVER] },
  // Paid in full after the write-off.
  { conduct: 'recovered', share: 0.002, atLeast: 1, daysSinceDue: [420, EVER] },
  // Paid in full, 30 to 170 days late.
  { conduct: 'slow', share: 0.01, atLeast: 3, daysSinceDue: [172, EVER] },
];

/** The conduct of each loan, as positions in CONDUCTS. */
export function assignConduct(maturities: ArrayLike<number>, asOfDay: number, random: Random): Int32Array {
  const conducts = new Int32Array(maturities.length);
  for (const quota of QUOTAS) {
    const [least, most] = quota.daysSinceDue;
    const eligible: number[] = [];
    for (let loan = 0; loan < maturities.length; loan++) {
      const days = asOfDay - (maturities[loan] ?? 0);
      if (conducts[loan] === 0 && days >= least && days <= most) eligible.push(loan);
    }
    const floor = maturities.length >= 200 ? quota.atLeast : 0;
    const wanted = Math.max(floor, Math.round(maturities.length * quota.share));
    for (const loan of sample(eligible, wanted, random)) conducts[loan] = CONDUCTS.indexOf(quota.conduct);
  }
  return conducts;
}
