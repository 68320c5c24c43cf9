import { inspect } from 'node:util';

// A value that nobody may read by accident: a key, or a cell that names a person. A branded string would not do, since
// it is still a string and every log takes it.

const SHOWN = '[sealed]';

/** Puts the value where nothing that prints, copies or enumerates objects can reach it. */
export function seal<T>(value: T): Sealed<T> {
  return new Sealed(value);
}

/** The only way to the value. What it returns must not be kept longer than it is used. */
export function unseal<T>(sealed: Sealed<T>): T {
  return Sealed.open(sealed);
}

export class Sealed<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    // Or somebody could hang a readable copy onto it.
    Object.freeze(this);
  }

  static open<T>(sealed: Sealed<T>): T {
    return sealed.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.toPrimitive](): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
