const SHORTEST_MS = 100;

/** How long to wait before an empty queue is read again: longer each time, with some chance in it. */
export class PollDelay {
  readonly #longestMs: number;
  #nextMs: number;
  #isWoken = false;
  #wakers: (() => void)[] = [];

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
    this.#nextMs = Math.min(SHORTEST_MS, longestMs);
  }

  /** Waits; ends early when somebody says that there is work. */
  async wait(): Promise<void> {
    const ms = this.#nextMs * (0.8 + Math.random() * 0.4);
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    if (!this.#isWoken) {
      const woken = this.woken();
      let timer: NodeJS.Timeout | undefined;
      const slept = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      });
      await Promise.race([woken, slept]);
      clearTimeout(timer);
      this.#wakers = [];
    }
    this.#isWoken = false;
  }

  /** Settles at the next wake. */
  woken(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  wake(): void {
    this.#isWoken = true;
    this.reset();
    for (const waker of this.#wakers.splice(0)) waker();
  }

  reset(): void {
    this.#nextMs = Math.min(SHORTEST_MS, this.#longestMs);
  }
}
