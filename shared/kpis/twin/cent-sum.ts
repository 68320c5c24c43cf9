// Sums of whole numbers without a limit. A cell of a staged file is below 2^53 and so is exact as a number; a sum of
// millions of them need not be, and goes over into a big integer before it could lose a cent.

/** Half of what is exact: two parts of that size still add up exactly. */
const MOST_PART = 2 ** 52;

export class CentSum {
  #whole = 0n;
  #part = 0;

  add(units: number): void {
    if (Math.abs(units) > MOST_PART) this.#whole += BigInt(units);
    else this.#addSmall(units);
  }

  addProduct(a: number, b: number): void {
    const product = a * b;
    if (Math.abs(product) > MOST_PART) this.#whole += BigInt(a) * BigInt(b);
    else this.#addSmall(product);
  }

  get total(): bigint {
    return this.#whole + BigInt(this.#part);
  }

  #addSmall(units: number): void {
    this.#part += units;
    if (Math.abs(this.#part) <= MOST_PART) return;
    this.#whole += BigInt(this.#part);
    this.#part = 0;
  }
}

/** One sum for each place of a list, all zero. */
export function centSums(length: number): readonly CentSum[] {
  return Array.from({ length }, () => new CentSum());
}
