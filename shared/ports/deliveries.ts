import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import { LocalDate } from '../domain/local-date.ts';
import type { Versioned } from './run-ledger.ts';

// What went where, when, and with which content: one delivery for each destination of a run, or of a day.

export type DestinationName = z.infer<typeof DestinationName>;
export const DestinationName = z.enum([
  'lineage',
  'postgres',
  'slack',
  'alerts',
  'pagerduty',
  'email',
  'email-alerts',
  'notion',
  'figma',
  'insights',
  'briefing',
  'digest',
  'email-digest',
  'email-monthly',
]);

/** What is told: the outcome of an attempt of a run, or how things stand on a day. */
export type DeliverySubject = z.infer<typeof DeliverySubject>;
export const DeliverySubject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), runId: RunId, attempt: z.int().positive() }),
  z.object({ kind: z.literal('day'), day: LocalDate }),
  /** The so-manieth change of an incident. */
  z.object({
    kind: z.literal('incident'),
    incident: z.string().regex(/^[\w.-]{1,200}$/),
    change: z.int().positive(),
  }),
]);

export const Delivery = z.object({
  destination: DestinationName,
  subject: DeliverySubject,
  /** `refused`: the destination will not have it, so that it is not tried again. */
  status: z.enum(['due', 'sending', 'delivered', 'refused', 'skipped']),
  tries: z.int().nonnegative(),
  plannedAt: z.iso.datetime(),
  /** When it became what it is. */
  since: z.iso.datetime(),
  /** Of one that is due: not before. */
  retryAt: z.iso.datetime().optional(),
  /** Of a day that is told once it has numbers. */
  waits: z.literal('for numbers').optional(),
  /** What the destination answered last, or why nothing was sent. */
  detail: z.string().optional(),
  /** Of the content as it was sent. */
  sha256: z.string().optional(),
  /** Where the content lies in `reports`. */
  path: z.string().optional(),
});
export type Delivery = z.infer<typeof Delivery>;

export type DeliveryFilter = {
  readonly destination?: DestinationName | undefined;
  readonly status?: Delivery['status'] | undefined;
  /** Planned then or later. */
  readonly plannedSince?: string | undefined;
  /** Of all changes of this incident. */
  readonly incident?: string | undefined;
};

/** Shared by all instances. Of two writers one wins, the other reads again. */
export interface Deliveries {
  get(of: Pick<Delivery, 'destination' | 'subject'>): Promise<Versioned<Delivery> | undefined>;
  save(delivery: Delivery, version: string | undefined): Promise<'saved' | 'conflict'>;
  /** By destination and subject. */
  all(filter?: DeliveryFilter): Promise<readonly Delivery[]>;
}

/** `run_0123456789ab.1`, `2025-12-10` or `kpi.risk.par_90@3`: how people name what a delivery is about. */
export function subjectId(subject: DeliverySubject): string {
  switch (subject.kind) {
    case 'day':
      return subject.day;
    case 'run':
      return `${subject.runId}.${subject.attempt}`;
    case 'incident':
      return `${subject.incident}@${subject.change}`;
  }
}

/** The reverse; undefined for what names no subject. */
export function parseSubject(text: string): DeliverySubject | undefined {
  const change = /^(.+)@(\d{1,6})$/.exec(text);
  if (change !== null)
    return DeliverySubject.safeParse({ kind: 'incident', incident: change[1], change: Number(change[2]) })
      .data;
  const [first = '', attempt] = text.split('.');
  const parsed = DeliverySubject.safeParse(
    attempt === undefined
      ? { kind: 'day', day: first }
      : { kind: 'run', runId: first, attempt: /^\d{1,6}$/.test(attempt) ? Number(attempt) : 0 },
  );
  return parsed.data;
}
