import { extname } from 'node:path';
import type { Found, Measurement } from './measurement.ts';
import type { CaseOrders } from './run-case.ts';

// The process of one case: `case-process.ts <script> <orders>`. Prints a Measurement. Only what a case hands to
// `timed` counts: loading its modules and checking its result do not, the first slow rounds of a cold process do.

/** Runs work and counts its time, multiplied where it stands for a larger file. */
export type Timed = <T>(work: () => Promise<T>, times?: number) => Promise<T>;

/** `measure` of each file under cases/. */
export type Measure = (orders: CaseOrders, timed: Timed) => Promise<Found>;

const [script = '', orders = ''] = process.argv.slice(2);
const extension = extname(import.meta.url);
// Sources have a folder of their own, bundles lie side by side.
const place = extension === '.ts' ? './cases/' : './';
const { href } = new URL(`${place}${script}${extension}`, import.meta.url);
const { measure }: { measure: Measure } = await import(href);

let ms = 0;
let cpuMs = 0;
let peakRssMb = 0;
const found = await measure(JSON.parse(orders), async (work, times = 1) => {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const result = await work();
  ms += (performance.now() - startedAt) * times;
  const { user, system } = process.cpuUsage(cpuBefore);
  cpuMs += ((user + system) / 1_000) * times;
  // Linux counts in units of 1,024 bytes; what is done to check the result comes later.
  peakRssMb = (process.resourceUsage().maxRSS * 1_024) / 1e6;
  return result;
});
const measurement: Measurement = { ms, cpuMs, peakRssMb, found };
process.stdout.write(`${JSON.stringify(measurement)}\n`);
