import { z } from 'zod';
import { DatasetId, RunId, Sha256 } from '../domain/ids.ts';
import { addDays, endOfMonth, LocalDate } from '../domain/local-date.ts';

// What an auditor asks of a month, from what the product has anyway: who did what, what went wrong, which promises were
// kept, how good the data was, which numbers are others than they were, whether everything could have been had back, and
// which secrets run out. Counts and names of ours; no value of a row, and nobody's words.

export type Month = z.infer<typeof Month>;
export const Month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, as in 2025-12')
  .brand('Month');

const Incident = z.object({
  id: z.string(),
  severity: z.enum(['P1', 'P2', 'P3', 'P4']),
  openedAt: z.iso.datetime(),
  /** Absent while it is open. */
  resolvedAt: z.iso.datetime().optional(),
});

/** Of so many, so many were as promised. */
const ServiceLevel = z.object({
  level: z.enum(['latency', 'freshness', 'errors']),
  promise: z.string(),
  met: z.int().nonnegative(),
  of: z.int().nonnegative(),
  unit: z.enum(['files', 'days']),
});

const Duty = z.object({
  duty: z.enum(['health', 'errors', 'kpis', 'backups']),
  fine: z.int().nonnegative(),
  look: z.int().nonnegative(),
  unknown: z.int().nonnegative(),
});

export type ComplianceMonth = z.infer<typeof ComplianceMonth>;
export const ComplianceMonth = z.object({
  month: Month,
  /** False while the month goes on: then it is how the month stands. */
  isOver: z.boolean(),
  madeAt: z.iso.datetime(),
  revision: z.string(),
  /** The report that was kept before, by the hash of its bytes: who changes one changes all that follow. */
  previous: z.object({ month: Month, sha256: Sha256 }).optional(),
  access: z.object({
    acts: z.int().nonnegative(),
    looks: z.int().nonnegative(),
    /** Acts that say neither why nor for which ticket. */
    withoutReason: z.int().nonnegative(),
    /** Acts that were asked for and of which nothing tells what came. */
    withoutOutcome: z.int().nonnegative(),
    /** Acts that were answered with an error. */
    refused: z.int().nonnegative(),
    /** Function keys that were used. */
    keys: z.int().nonnegative(),
    byRoute: z.record(z.string(), z.int().positive()),
    /** Records of the month that were not read, since there are too many. */
    notRead: z.int().nonnegative(),
    /** What the newest walk along the record found; absent before the first. */
    chain: z
      .object({
        walkedAt: z.iso.datetime(),
        breaks: z.int().nonnegative(),
        newest: z.object({ number: z.int().positive(), sha256: Sha256 }).optional(),
      })
      .optional(),
  }),
  incidents: z.array(Incident),
  serviceLevels: z.array(ServiceLevel),
  quality: z.array(
    z.object({
      dataset: DatasetId,
      files: z.int().positive(),
      accepted: z.int().nonnegative(),
      rejected: z.int().nonnegative(),
      failed: z.int().nonnegative(),
      rows: z.int().nonnegative(),
      rejectedRows: z.int().nonnegative(),
    }),
  ),
  restatements: z.object({
    rolledBack: z.array(z.object({ runId: RunId, dataset: DatasetId, by: z.string(), at: z.iso.datetime() })),
    /** Definitions of which a former version is computed beside the one in force. */
    definitions: z.array(z.object({ kpi: z.string(), from: z.int().positive(), to: z.int().positive() })),
  }),
  /** The duties of each morning, among them that raw files were read back and still are what they were. */
  duties: z.object({
    days: z.int().nonnegative(),
    /** Days of which nothing is kept. */
    missing: z.array(LocalDate),
    found: z.array(Duty),
  }),
  /** What the store itself does for the files that nothing could replace, as far as the app may see it. */
  protection: z.array(
    z.object({
      zone: z.enum(['raw', 'audit']),
      restorableDays: z.union([z.int().nonnegative(), z.enum(['none', 'not to be seen'])]),
      keepsVersions: z.boolean().optional(),
      isEncrypted: z.boolean().optional(),
      isImmutable: z.boolean(),
    }),
  ),
  credentials: z.array(z.object({ secret: z.string(), runsOutAt: z.iso.datetime() })),
});

const FOLDER = 'compliance/';

/** In container audit, where nobody can write over it. */
export const compliancePath = (month: Month): string => `${FOLDER}${month}.json`;

/** Undefined for what is no report. */
export function monthOfPath(path: string): Month | undefined {
  const [, month] = /^compliance\/(.*)\.json$/.exec(path) ?? [];
  return Month.safeParse(month).data;
}

export const COMPLIANCE_FOLDER = FOLDER;

export function monthOf(instant: Date): Month {
  return Month.parse(instant.toISOString().slice(0, 7));
}

export function monthBefore(month: Month): Month {
  return Month.parse(addDays(firstDay(month), -1).slice(0, 7));
}

export function firstDay(month: Month): LocalDate {
  return LocalDate.parse(`${month}-01`);
}

/** From its first instant to that of the next month. */
export function spanOf(month: Month): { readonly from: string; readonly to: string } {
  const next = addDays(endOfMonth(firstDay(month)), 1);
  return { from: `${firstDay(month)}T00:00:00.000Z`, to: `${next}T00:00:00.000Z` };
}
