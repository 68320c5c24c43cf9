import { z } from 'zod';

// One structured line for each fact. Names are dotted and past tense; alert queries quote them.

export const EVENT_NAMES = [
  'file.landed',
  'file.duplicate',
  'file.rejected',
  'file.gone',
  'file.judged',
  'stage.started',
  'stage.completed',
  'stage.skipped',
  'stage.failed',
  'phase.measured',
  'dataset.accepted',
  'book.computed',
  'kpi.published',
  'run.succeeded',
  'run.rejected',
  'run.failed',
  'run.canceled',
  'run.withdrawn',
  'run.refreshed',
  'run.rerun',
  'run.replayed',
  'breaker.opened',
  'breaker.closed',
  'circuit.opened',
  'circuit.closed',
  'source.pulled',
  'source.skipped',
  'source.failed',
  'source.paused',
  'source.resumed',
  'delivery.sent',
  'delivery.delayed',
  'delivery.refused',
  'incident.told',
  'watch.completed',
  'summary.planned',
  'digest.planned',
  'compliance.kept',
  'message.poisoned',
  'message.malformed',
  'landing.swept',
  'access.recorded',
  'access.walked',
  'access.broken',
  'access.unrecorded',
  'config.invalid',
  'config.warned',
  'health.failed',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];

/** What may be logged. Values of classified columns are never of this type: they stay in their rows. */
export type Loggable = string | number | boolean | undefined | readonly string[];
export type LogFields = Readonly<Record<string, Loggable>>;

/** How much a run tells. Nothing is quieter than `info`: alerts read those lines. */
export type LogLevel = z.infer<typeof LogLevel>;
export const LogLevel = z.enum(['info', 'debug']);

export interface Log {
  /** How it came to a fact; only where it was asked for, for one run or for the whole environment. */
  debug(event: EventName, fields?: LogFields): void;
  info(event: EventName, fields?: LogFields): void;
  warn(event: EventName, fields?: LogFields): void;
  /** Somebody must act. */
  error(event: EventName, fields?: LogFields): void;
}
