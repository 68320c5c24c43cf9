import { buffer } from 'node:stream/consumers';
import { undiciEgress } from '../../shared/adapters/undici/undici-egress.ts';
import type { Deps } from '../../shared/app.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import { deliver, dueDeliveries, planDayDeliveries } from '../../shared/pipeline/deliver.ts';
import type { Delivery } from '../../shared/ports/deliveries.ts';
import type { Egress } from '../../shared/ports/egress.ts';
import type { Destination } from '../../shared/publishing/destinations/destination.ts';
import { Pipeline } from './a-pipeline.ts';

// The outbox with one destination that tells of days, worked by hand: over real tables and blobs, with a clock that a
// rest moves on, and processes that die.

export const DAY = LocalDate.parse('2026-01-15');
/** After that long what a dead process had begun is taken up, and any retry is due. */
const LONG_MS = 16 * 60_000;

export type Process = Deps & { readonly egress: Egress; readonly sent: () => number };

export class Outbox {
  readonly pipeline: Pipeline;
  readonly #makes: (process: Process) => Destination;

  private constructor(pipeline: Pipeline, makes: (process: Process) => Destination) {
    this.pipeline = pipeline;
    this.#makes = makes;
  }

  static async open(makes: (process: Process) => Destination): Promise<Outbox> {
    return new Outbox(await Pipeline.open(), makes);
  }

  /** `diesAfter`: its n-th request arrives and is answered, and nobody hears of it any more. */
  process({ diesAfter }: { diesAfter?: number } = {}): Process {
    let sent = 0;
    const died = Promise.withResolvers<void>();
    const real = undiciEgress({ hosts: [], allowsLoopback: true });
    const egress: Egress = {
      async send(request) {
        const answer = await real.send(request);
        sent += 1;
        if (sent !== diesAfter) return answer;
        await buffer(answer.body);
        died.resolve();
        return await new Promise<never>(() => undefined);
      },
    };
    const pause = async (ms: number) => this.pipeline.advanceClock(ms);
    const process = { ...this.pipeline.deps, pause, egress, sent: () => sent };
    const destinations = [this.#makes(process)];
    deaths.set(destinations, died.promise);
    return { ...process, destinations };
  }

  /** The day is to be told; to plan it twice changes nothing. */
  async plan(day = DAY): Promise<void> {
    await planDayDeliveries(day, this.process());
  }

  /** Delivers what is due; undefined for what this process died over. */
  async deliver(process: Process = this.process()): Promise<readonly (Delivery | undefined)[]> {
    const results: (Delivery | undefined)[] = [];
    const died = deaths.get(process.destinations)?.then(() => undefined);
    for (const id of await dueDeliveries(process))
      results.push(await Promise.race([deliver(id, process), ...(died ? [died] : [])]));
    return results;
  }

  /** So long that everything that waits is due. */
  waitLong(): void {
    this.pipeline.advanceClock(LONG_MS);
  }
}

const deaths = new WeakMap<readonly Destination[], Promise<void>>();
