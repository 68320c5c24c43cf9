import { createHash } from 'node:crypto';
import { z } from 'zod';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { insightFor } from '../../shared/publishing/insights/insight.ts';
import { martPath } from '../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import { linesOfNode, rowIn } from './notion-lines.ts';
import type { SoakWorld } from './soak-world.ts';

// Everything that an operator or a destination could tell apart, without times, attempts and what only tells of troubles
// on the way.

export type FinalState = Readonly<Record<string, unknown>>;

export async function finalStateOf(world: SoakWorld): Promise<FinalState> {
  const { deps, destinations, database } = world;
  const runs = (await deps.ledger.list()).toSorted((a, b) => (a.runId < b.runId ? -1 : 1));
  const told = await deps.deliveries.all();
  const ofRun = (run: RunRecord) =>
    told.flatMap(({ destination, subject, status }) =>
      subject.kind === 'run' && subject.runId === run.runId && subject.attempt === run.attempt
        ? // Which numbers were the newest when it was their turn hangs on the order.
          [destination === 'insights' ? 'insights was looked at' : `${destination} ${status}`]
        : [],
    );
  const days = told.flatMap(({ destination, subject, status }) =>
    subject.kind === 'day' ? [`${destination} ${status}`] : [],
  );
  const kpiIncidents = (await deps.incidents.all()).filter(({ id }) => id.startsWith('kpi.'));
  const { notion, figma, workspace } = destinations;
  const newest = await newestMart({}, deps);
  const isOfKpis = (title: string): boolean =>
    !title.includes(':') || kpiIncidents.some((incident) => title.includes(incident.title));
  return {
    runs: await Promise.all(
      runs.map(async (run) => ({
        runId: run.runId,
        dataset: run.dataset,
        status: run.status,
        stage: run.stage,
        asOf: run.asOf,
        bookId: run.bookId,
        series: run.seriesSha256,
        rows: run.rows,
        codes: run.problems.map(({ code }) => code),
        documents: await pathsBelow(world, 'runs', `${run.runId}/`),
        marts: await martsOf(world, run),
        told: ofRun(run).toSorted(),
      })),
    ),
    landing: await pathsBelow(world, 'landing'),
    raw: await pathsBelow(world, 'raw'),
    latest: await Promise.all(
      (await pathsBelow(world, 'runs', 'latest/')).map(async (path) => {
        const body = await deps.lake.read('runs', path);
        return [path, z.looseObject({ runId: z.string() }).parse(JSON.parse(String(body))).runId];
      }),
    ),
    days: days.toSorted(),
    incidents: kpiIncidents.map(({ id, status, severity }) => `${id} ${status} ${severity}`).toSorted(),
    pages: [...destinations.pages]
      .flatMap(([id, { isOpen, calls }]) => (id.startsWith('kpi.') ? [`${id} ${isOpen} ${calls}`] : []))
      .toSorted(),
    posts: [...new Set(destinations.posted.map((body) => Post.parse(JSON.parse(body)).text))]
      .filter(isOfKpis)
      .toSorted(),
    audit: await database.rows(`SELECT id, run_id, kpi_name, status, value_numeric::text AS value
      FROM analytics.kpi_values ORDER BY id`),
    pagesInNotion: notion
      .below(workspace.reportsPage)
      .map((page) => [String(page.payload['title']), ...linesOfNode(page, notion)].map(withoutRun)),
    rowsInNotion: notion
      .below(workspace.database)
      .flatMap(({ id }) => notion.below(id).map(rowIn).map(withoutRun))
      .toSorted(),
    figma: Object.entries(figma.values())
      .map(([name, value]) => withoutRun(`${name} ${String(value)}`))
      .toSorted(),
    insight: newest && (await insightFor(newest.mart, deps))?.sentences,
    auditRuns: await database.rows('SELECT run_id, outcome FROM analytics.pipeline_runs ORDER BY run_id'),
  };
}

/** Of several runs that end with the same book, the one that came last is told: which one that is hangs on the order. */
function withoutRun(line: string): string {
  return line.replace(/run_[0-9a-f]{12}(, attempt \d+)?/, 'a run');
}

const Post = z.looseObject({ text: z.string() });

async function pathsBelow(
  { deps }: SoakWorld,
  zone: 'runs' | 'landing' | 'raw',
  prefix = '',
): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of deps.lake.list(zone, prefix))
    if (!path.includes('/attempts/')) paths.push(path);
  return paths.toSorted();
}

async function martsOf({ deps }: SoakWorld, { runId, asOf }: RunRecord): Promise<string[]> {
  if (asOf === undefined) return [];
  return await Promise.all(
    (['parquet', 'csv', 'json'] as const).map(async (kind) => {
      const body = await deps.lake.read('marts', martPath(asOf, runId, kind));
      return body === undefined ? 'none' : createHash('sha256').update(body).digest('hex');
    }),
  );
}

/** The first places at which two states differ, for people who read a failure. */
export function differencesOf(one: unknown, other: unknown, at = ''): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null;
  if (!isPlain(one) || !isPlain(other))
    return [`${at}: ${JSON.stringify(one)} is not ${JSON.stringify(other)}`];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    differencesOf(one[key], other[key], `${at}.${key}`),
  );
}
