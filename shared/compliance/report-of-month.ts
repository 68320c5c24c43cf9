import { createHash } from 'node:crypto';
import { accessPath } from '../access/access-record.ts';
import { Sha256 } from '../domain/ids.ts';
import { endOfMonth, localDateOf } from '../domain/local-date.ts';
import type { DutyDeps } from '../duties/look-at-duties.ts';
import { restatementsOf } from '../kpis/restatement.ts';
import { newestMart } from '../pipeline/newest-mart.ts';
import type { Lake } from '../ports/lake.ts';
import type { SecretExpiries } from '../ports/secret-store.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { accessOfMonth } from './access-of-month.ts';
import {
  COMPLIANCE_FOLDER,
  ComplianceMonth,
  compliancePath,
  firstDay,
  type Month,
  monthBefore,
  monthOf,
  monthOfPath,
  spanOf,
} from './compliance-month.ts';
import { daysKept, daysOf, dutiesOf, incidentsOf } from './days-of-month.ts';
import { serviceLevelsOf } from './service-levels-of-month.ts';

/** Of the access record, at most: somebody waits for the answer, nobody for what is kept. */
const RECORDS = { whileAsked: 20_000, toKeep: 200_000 };

export type ComplianceDeps = DutyDeps & {
  readonly secrets: SecretExpiries;
  readonly revision: string;
};

/** A report, and the hash of its bytes where it is kept. */
export type ReportOfMonth = { readonly report: ComplianceMonth; readonly sha256: Sha256 | undefined };

/** As it was kept; else how the month stands, or what can still be told of it. Undefined for a month that is to come. */
export async function reportOfMonth(month: Month, deps: ComplianceDeps): Promise<ReportOfMonth | undefined> {
  if (month > monthOf(deps.clock.now())) return undefined;
  const kept = await keptReport(month, deps.lake);
  return kept ?? { report: await lookAtMonth(month, RECORDS.whileAsked, deps), sha256: undefined };
}

/**
 * Keeps the report of the month that is over, once: whoever comes second finds what the first has kept. Nothing is kept of
 * a month before any file came.
 */
export async function keepReportOfMonth(deps: ComplianceDeps): Promise<void> {
  const month = monthBefore(monthOf(deps.clock.now()));
  const path = compliancePath(month);
  if ((await deps.lake.stat('audit', path)) !== undefined) return;
  const { to } = spanOf(month);
  if (!(await deps.ledger.list()).some(({ drop }) => drop.landedAt < to)) return;
  const body = `${JSON.stringify(await lookAtMonth(month, RECORDS.toKeep, deps), null, 2)}\n`;
  const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
  const outcome = await deps.lake.write('audit', path, body, options);
  if (outcome.kind === 'written') deps.log.info('compliance.kept', { month, sha256: hashOf(body) });
}

async function keptReport(month: Month, lake: Lake): Promise<ReportOfMonth | undefined> {
  const body = await lake.read('audit', compliancePath(month));
  if (body === undefined) return undefined;
  return { report: ComplianceMonth.parse(JSON.parse(body.toString('utf8'))), sha256: hashOf(body) };
}

async function lookAtMonth(
  month: Month,
  mostRecords: number,
  deps: ComplianceDeps,
): Promise<ComplianceMonth> {
  const now = deps.clock.now();
  const span = spanOf(month);
  const isOver = span.to <= now.toISOString();
  const last = isOver ? endOfMonth(firstDay(month)) : localDateOf(now);
  const [runs, living, days, access, mart, expiries, previous] = await Promise.all([
    deps.ledger.list(),
    deps.incidents.all(),
    daysKept(daysOf(firstDay(month), last), deps.lake),
    accessOfMonth(span, mostRecords, deps.lake),
    newestMart({}, deps),
    deps.secrets.expiries(),
    newestBefore(month, deps.lake),
  ]);
  const isOfMonth = (at: string): boolean => at >= span.from && at < span.to;
  const landed = runs.filter(({ drop }) => isOfMonth(drop.landedAt));
  const incidents = incidentsOf(span, living, days);
  return ComplianceMonth.parse({
    month,
    isOver,
    madeAt: now.toISOString(),
    revision: deps.revision,
    ...(previous && { previous }),
    access,
    incidents,
    serviceLevels: serviceLevelsOf({ runs: landed, days, incidents }),
    quality: qualityOf(landed),
    restatements: {
      rolledBack: runs.flatMap(({ runId, dataset, rolledBack }) =>
        rolledBack !== undefined && isOfMonth(rolledBack.at)
          ? [{ runId, dataset, by: rolledBack.by, at: rolledBack.at }]
          : [],
      ),
      definitions: mart
        ? restatementsOf(mart.mart).map(({ kpi, from, to }) => ({ kpi, from: from.version, to: to.version }))
        : [],
    },
    duties: dutiesOf(days),
    protection: await protectionOf(runs, access.chain?.newest?.number, deps),
    credentials: [...expiries]
      .map(([secret, at]) => ({ secret, runsOutAt: at.toISOString() }))
      .toSorted((a, b) => a.runsOutAt.localeCompare(b.runsOutAt)),
  });
}

/** The newest file of each tells of versions and encryption, which is set for all of them at once. */
async function protectionOf(
  runs: readonly RunRecord[],
  newestRecord: number | undefined,
  { protection }: ComplianceDeps,
): Promise<ComplianceMonth['protection']> {
  const newest = runs.find(({ rawPath }) => rawPath !== undefined)?.rawPath;
  const record = newestRecord === undefined ? undefined : accessPath(newestRecord);
  const [raw, audit] = await Promise.all([protection.of('raw', newest), protection.of('audit', record)]);
  return [
    { zone: 'raw', ...raw },
    { zone: 'audit', ...audit },
  ];
}

/** By dataset: what became of the files that landed. */
function qualityOf(runs: readonly RunRecord[]): ComplianceMonth['quality'] {
  return [...Map.groupBy(runs, ({ dataset }) => dataset)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([dataset, own]) => {
      const accepted = own.filter(({ status }) => status === 'success');
      const rowsOf = (of: (run: RunRecord) => number | undefined): number =>
        own.reduce((sum, run) => sum + (of(run) ?? 0), 0);
      return {
        dataset,
        files: own.length,
        accepted: accepted.length,
        rejected: own.filter(({ status }) => status === 'rejected').length,
        failed: own.filter(({ status }) => status === 'failed').length,
        rows: rowsOf(({ rows }) => rows),
        rejectedRows: rowsOf(({ rejectedRows }) => rejectedRows),
      };
    });
}

async function newestBefore(month: Month, lake: Lake): Promise<ComplianceMonth['previous']> {
  let newest: Month | undefined;
  for await (const { path } of lake.list('audit', COMPLIANCE_FOLDER)) {
    const other = monthOfPath(path);
    if (other !== undefined && other < month && (newest === undefined || other > newest)) newest = other;
  }
  const body = newest && (await lake.read('audit', compliancePath(newest)));
  return newest && body ? { month: newest, sha256: hashOf(body) } : undefined;
}

function hashOf(body: Uint8Array | string): Sha256 {
  return Sha256.parse(createHash('sha256').update(body).digest('hex'));
}
