import type { Random } from './random.ts';

// The draws that give a loan its size and price. The shapes follow the real book: short bullets, a median of a
// few thousand dollars with a long tail, and a rate that counts the fees in, so that a five-day loan shows a
// yearly rate far above 1.

const SMALLEST_PRINCIPAL = 513;
const LARGEST_PRINCIPAL = 29_998_491;
export const LONGEST_TERM = 487;
const HIGHEST_RATE_THOUSANDTHS = 11_600;
const VAT_PERCENT = 13;

/** Longest term of the band in days, and its share in percent. */
const TERM_BANDS = [
  { from: 1, to: 10, share: 4 },
  { from: 11, to: 20, share: 10 },
  { from: 21, to: 30, share: 20 },
  { from: 31, to: 45, share: 24 },
  { from: 46, to: 60, share: 18 },
  { from: 61, to: 90, share: 14 },
  { from: 91, to: 120, share: 7 },
  { from: 121, to: 180, share: 2.5 },
  { from: 181, to: LONGEST_TERM, share: 0.5 },
] as const;

export function drawTerm(random: Random): number {
  let left = random.unit() * 100;
  for (const band of TERM_BANDS) {
    if (left < band.share) return random.int(band.from, band.to);
    left -= band.share;
  }
  return 30;
}

/** Cents. */
export function drawPrincipal(random: Random): number {
  return clampPrincipal(Math.round(random.logNormal(350_000, 1.4)));
}

export function clampPrincipal(cents: number): number {
  return Math.min(LARGEST_PRINCIPAL, Math.max(SMALLEST_PRINCIPAL, cents));
}

export type LoanPrice = {
  readonly interest: number;
  readonly fees: number;
  readonly tax: number;
  readonly rate: number;
};

/** What the borrower is to pay on top of the principal; a few loans are free. */
export function drawPrice(principal: number, term: number, random: Random): LoanPrice {
  const isFree = random.chance(0.0003);
  const yearlyInterest = random.logNormal(0.3, 0.35);
  const flatFee = random.logNormal(0.006, 0.8);
  const taxSlip = random.chance(0.005) ? random.int(3, 6) : random.int(-1, 1);
  const rateSlip = random.chance(0.001) ? random.pick([-3, -2, 2, 3]) : 0;
  if (isFree) return { interest: 0, fees: 0, tax: 0, rate: 0 };

  const ceiling = Math.floor((HIGHEST_RATE_THOUSANDTHS * principal * term) / 365_000);
  const interest = Math.min(ceiling, Math.round((principal * yearlyInterest * term) / 365));
  const fees = Math.min(ceiling - interest, Math.round(principal * flatFee));
  const exactRate = allInRate(interest + fees, principal, term);
  return {
    interest,
    fees,
    tax: Math.max(0, vat(interest + fees) + taxSlip),
    rate: Math.min(HIGHEST_RATE_THOUSANDTHS, Math.max(0, exactRate + rateSlip)),
  };
}

/** Thousandths a year: cost x 365 / (principal x term). */
export function allInRate(cost: number, principal: number, term: number): number {
  return Math.round((cost * 365_000) / (principal * term));
}

/** 13 % in whole cents; of a negative amount the negative. */
export function vat(cents: number): number {
  return Math.sign(cents) * Math.round((Math.abs(cents) * VAT_PERCENT) / 100);
}
