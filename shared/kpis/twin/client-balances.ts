// Outstanding by customer at one reporting date: how much of the portfolio hangs on few of them (domain.md 3.3).

export type ClientShares = {
  /** Customers with outstanding above zero; one of both companies counts once. */
  readonly active: number;
  /** What the ten largest owe together, in cents. */
  readonly top10: bigint;
  /** Sum over customers of the squared balance, in cents squared. */
  readonly squares: bigint;
};

export function clientShares(balances: Float64Array): ClientShares {
  let active = 0;
  let squares = 0n;
  // Smallest first.
  const largest = Array.from({ length: TOP }, () => Number.NEGATIVE_INFINITY);
  for (const balance of balances) {
    if (balance === 0) continue;
    if (!Number.isSafeInteger(balance))
      throw new RangeError('a customer owes more than can be counted in cents');
    if (balance > 0) active += 1;
    squares += BigInt(balance) ** 2n;
    enter(largest, balance);
  }
  const top10 = largest.filter(Number.isFinite).reduce((sum, balance) => sum + BigInt(balance), 0n);
  return { active, squares, top10 };
}

const TOP = 10;

function enter(largest: number[], balance: number): void {
  if (largest.every((other) => balance <= other)) return;
  largest.shift();
  largest.push(balance);
  largest.sort((a, b) => a - b);
}
