import { z } from 'zod';
import type { Versioned } from './run-ledger.ts';

// What is wrong now, and was lately: one living incident for each problem of each dataset, KPI or service.

const Severity = z.enum(['P1', 'P2', 'P3', 'P4']);

/** Something that became of an incident, when, and by whose doing. */
export type IncidentStep = z.infer<typeof IncidentStep>;
export const IncidentStep = z.object({
  at: z.iso.datetime(),
  /** `back`: gone for a moment, as if it had never been over. `eased`: less grave, and not over. */
  what: z.enum(['opened', 'worse', 'eased', 'escalated', 'resolved', 'back', 'acknowledged', 'muted']),
  severity: Severity,
  by: z.string().optional(),
  until: z.iso.datetime().optional(),
});

export const Incident = z.object({
  /** `kpi-critical.risk.par_90`: what is wrong, and of what. */
  id: z.string().regex(/^[\w.-]{1,200}$/),
  kind: z.string(),
  /** The dataset, KPI, service or secret. */
  of: z.string(),
  severity: Severity,
  /** The worst that it was since it opened; absent from incidents of before this was noted. */
  gravest: Severity.optional(),
  status: z.enum(['open', 'resolved']),
  openedAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  resolvedAt: z.iso.datetime().optional(),
  /** One sentence, without a value of any row. */
  title: z.string(),
  /** Value, limit, value before, what moved it, run: by name. */
  facts: z.record(z.string(), z.string()),
  /** How often it has changed in a way that people are told of: opened, grew worse, escalated, resolved. */
  change: z.int().positive(),
  /** What the newest change is. */
  news: z.enum(['opened', 'worse', 'escalated', 'resolved']),
  /** The newest change that people were told of; 0 for none. */
  told: z.int().nonnegative(),
  acknowledged: z.object({ by: z.string(), at: z.iso.datetime() }).optional(),
  muted: z.object({ by: z.string(), reason: z.string(), until: z.iso.datetime() }).optional(),
  /** When it last grew worse. */
  worseAt: z.iso.datetime().optional(),
  escalatedAt: z.iso.datetime().optional(),
  /** Oldest first; also of the last times that it was there. Absent from incidents of before it was kept. */
  trail: z.array(IncidentStep).readonly().optional(),
  /** The message that began it, in each channel where a bot has told of it. */
  threads: z.record(z.string(), z.string()).optional(),
});
export type Incident = z.infer<typeof Incident>;

/** Shared by all instances. Of two writers one wins, the other reads again. */
export interface Incidents {
  get(id: string): Promise<Versioned<Incident> | undefined>;
  save(incident: Incident, version: string | undefined): Promise<'saved' | 'conflict'>;
  all(filter?: { readonly status?: Incident['status'] | undefined }): Promise<readonly Incident[]>;
}
