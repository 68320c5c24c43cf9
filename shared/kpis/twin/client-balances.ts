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
  const largest: number[] = [];
  for (const balance of balances) {
    if (balance === 0) continue;
    if (balance > 0) active += 1;
    squares += BigInt(balance) ** 2n;
    if (largest.length < TOP || balance > (largest[0] ?? 0)) enter(largest, balance);
  }
  return { active, squares, top10: largest.reduce((sum, balance) => sum + BigInt(balance), 0n) };
}

const TOP = 10;

/** Keeps the largest, smallest first. */
function enter(largest: number[], balance: number): void {
  largest.push(balance);
  largest.sort((a, b) => a - b);
  if (largest.length > TOP) largest.shift();
}
