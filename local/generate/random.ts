/**
 * Chance that repeats. The generator is sfc32 (Chris Doty-Humphrey's Small Fast Counter, 128 bits of state,
 * passes PractRand): a few integer operations for each draw, the same on every machine. It is not for secrets.
 *
 * A source is named by a seed and a stream. Each part of a book draws from a stream of its own, so that one
 * more draw in one file changes nothing in another.
 */
export type Random = {
  /** A number in [0, 1). */
  unit(): number;
  /** A whole number from low to high, both included. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** exp of a normal draw: median `median`, spread `sigma`. Right-skewed, like amounts and rates. */
  logNormal(median: number, sigma: number): number;
};

export function seededRandom(seed: number | string, stream: string): Random {
  const next = sfc32(hashWords(`${seed}/${stream}`));
  const unit = (): number => next() / 2 ** 32;
  const int = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    int,
    chance: (probability) => unit() < probability,
    pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0],
    logNormal: (median, sigma) => median * Math.exp(sigma * standardNormal(unit)),
  };
}

/** The first `count` of a seeded shuffle of `items` (all of them when there are fewer). Leaves `items` alone. */
export function sample(items: readonly number[], count: number, random: Random): number[] {
  const pool = [...items];
  const taken = Math.min(count, pool.length);
  for (let i = 0; i < taken; i++) {
    const j = random.int(i, pool.length - 1);
    [pool[i], pool[j]] = [pool[j] ?? 0, pool[i] ?? 0];
  }
  return pool.slice(0, taken);
}

type Words = readonly [number, number, number, number];
const WARM_UP_ROUNDS = 15;

function sfc32(seed: Words): () => number {
  let [a, b, c, counter] = seed;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < WARM_UP_ROUNDS; i++) next();
  return next;
}

/** Four 32-bit words of FNV-1a, each from another offset: enough to tell seeds apart, not a digest. */
function hashWords(text: string): Words {
  const word = (salt: number): number => {
    let hash = 0x811c9dc5 ^ salt;
    for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return (hash ^ (hash >>> 13)) | 0;
  };
  return [word(0), word(0x9e3779b9), word(0x7f4a7c15), word(0xf39cc060)];
}

/** Box and Muller; 1 - unit() keeps the logarithm away from zero. */
function standardNormal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}
