import { createHash } from 'node:crypto';
import { newestMart } from '../../shared/pipeline/newest-mart.ts';
import { type Delivery, type DestinationName, subjectId } from '../../shared/ports/deliveries.ts';
import { FIGMA_EXPORT } from '../../shared/publishing/destinations/figma/figma-destination.ts';
import { FigmaExport } from '../../shared/publishing/destinations/figma/figma-export.ts';
import { NotionReport } from '../../shared/publishing/destinations/notion/notion-report.ts';
import { insightFor } from '../../shared/publishing/insights/insight.ts';
import { OURSELVES } from '../support/stub-figma.ts';
import { BOT } from '../support/stub-notion.ts';
import { linesOfNode, linesOfReport, rowIn, rowOf } from './notion-lines.ts';
import type { SoakWorld } from './soak-world.ts';
import { contentOf, type Verdict } from './verdict.ts';

// What is published elsewhere once more, as one reads it there: it is held against what was kept of the delivery, all of
// it each time, since what is told anew may have touched what was told before.

/** `delivered` are all that ever were. */
export async function judgeCopies(
  world: SoakWorld,
  delivered: readonly Delivery[],
  verdict: Verdict,
): Promise<void> {
  const to = (name: DestinationName) => delivered.filter(({ destination }) => destination === name);
  for (const name of ['notion', 'figma'] as const)
    if (!to(name).some(({ subject }) => subjectId(subject) === world.today()))
      verdict.lost.push(`${name} was not told of ${world.today()}`);
  await judgeNotion(world, to('notion'), verdict);
  await judgeFigma(world, to('figma'), verdict);
  await judgeInsights(world, to('insights'), verdict);
}

async function judgeNotion(
  world: SoakWorld,
  told: readonly Delivery[],
  { lost, double }: Verdict,
): Promise<void> {
  const { notion, workspace } = world.destinations;
  for (const delivery of told) {
    const report = NotionReport.parse(JSON.parse(await contentOf(delivery, world.deps)));
    const [page, ...others] = notion
      .titled(workspace.reportsPage, report.title)
      .filter(({ createdBy }) => createdBy === BOT);
    if (page === undefined) lost.push(`notion: there is no ${report.title}`);
    else
      compare(`notion: ${report.title}`, linesOfReport(report), linesOfNode(page, notion), { lost, double });
    if (others.length > 0) double.push(`notion: ${report.title} is there ${others.length + 1} times`);
  }
  const source = notion.below(workspace.database)[0];
  if (source === undefined) throw new Error('the database has no data source');
  const wanted = await Array.fromAsync(told, async (delivery) =>
    NotionReport.parse(JSON.parse(await contentOf(delivery, world.deps))).rows.map(rowOf),
  );
  compare('notion: rows', wanted.flat(), notion.below(source.id).map(rowIn), { lost, double });
  const pages = notion.below(workspace.reportsPage).filter(({ createdBy }) => createdBy === BOT);
  if (pages.length > told.length) double.push(`notion: ${pages.length} pages for ${told.length} days`);
}

/** Each wanted one is there, and as often as it is wanted; and nothing else is. */
function compare(
  place: string,
  wanted: readonly string[],
  found: readonly string[],
  { lost, double }: Pick<Verdict, 'lost' | 'double'>,
): void {
  const timesWanted = Map.groupBy(wanted, (line) => line);
  const timesFound = Map.groupBy(found, (line) => line);
  for (const line of new Set([...wanted, ...found])) {
    const beyond = (timesFound.get(line)?.length ?? 0) - (timesWanted.get(line)?.length ?? 0);
    if (beyond < 0) lost.push(`${place} lacks ${line}`);
    if (beyond > 0) double.push(`${place} has beyond what was told: ${line}`);
  }
}

async function judgeFigma(
  { deps, destinations: { figma } }: SoakWorld,
  told: readonly Delivery[],
  { lost, double }: Verdict,
): Promise<void> {
  const newest = told.toSorted((a, b) => (a.since < b.since ? 1 : -1))[0];
  if (newest === undefined) return;
  const body = await contentOf(newest, deps);
  const { day, runId, kpis } = FigmaExport.parse(JSON.parse(body));
  if ((await deps.lake.read('reports', FIGMA_EXPORT))?.toString('utf8') !== body)
    lost.push(`figma: the document for plugins is not that of ${day}`);
  const comments = figma.comments.filter(({ by }) => by === OURSELVES);
  if (comments.length > 1) double.push(`figma: ${comments.length} comments`);
  if (figma.variablesRefused.reading !== undefined) {
    const said = comments.map(({ message }) => message).join('\n');
    const shown = kpis
      .filter(({ status }) => status === 'CRITICAL')
      .map((kpi) => `${kpi.name}: ${kpi.shown}`);
    for (const words of [`KPIs of ${day}`, `Run ${runId}.`, ...shown.slice(0, MOST_SHOWN)])
      if (!said.includes(words)) lost.push(`figma: the comment lacks ${words}`);
    return;
  }
  const wanted = [
    `report/day ${day}`,
    `report/run ${runId}`,
    ...kpis.flatMap(({ id, shown, status }) => {
      const group = id.replaceAll('.', '/');
      return [`${group}/value ${shown}`, `${group}/status ${status}`];
    }),
  ];
  const values = figma.values();
  const found = figma.variables
    .map(({ name }) => name)
    .filter((name) => !/^report\/(as_of|freshness)$/.test(name))
    .map((name) => `${name} ${String(values[name])}`);
  compare('figma', wanted, found, { lost, double });
  if (figma.collections.length > 1) double.push(`figma: ${figma.collections.length} collections`);
}

/** A comment has no room for more. */
const MOST_SHOWN = 10;

/** The model is asked once about the same numbers, and again only where nobody heard what it said. */
async function judgeInsights(
  { deps, destinations: { model }, trouble }: SoakWorld,
  told: readonly Delivery[],
  { lost, double, unavoidable }: Verdict,
): Promise<void> {
  const same = (body: string): string => JSON.stringify(JSON.parse(body));
  const answered = Map.groupBy(model.answered.map(same), (body) => body);
  const unheard = Map.groupBy((trouble.unheard.get('insights') ?? []).map(same), (body) => body);
  for (const [body, { length }] of answered) {
    if (length === 1) continue;
    const isExcused = length - 1 <= (unheard.get(body)?.length ?? 0);
    const day = /\d{4}-\d{2}-\d{2}/.exec(body)?.[0];
    const name = createHash('sha256').update(body).digest('hex').slice(0, 8);
    (isExcused ? unavoidable : double).push(`insights: of ${day} (${name}) asked ${length} times`);
  }
  for (const delivery of told)
    if (!answered.has(same(await contentOf(delivery, deps))))
      lost.push(`insights: ${delivery.path} was never asked`);
  const newest = await newestMart({}, deps);
  if (newest !== undefined && (await insightFor(newest.mart, deps)) === undefined)
    lost.push(`insights: nothing is said of the newest numbers, which are of ${newest.run.runId}`);
}
