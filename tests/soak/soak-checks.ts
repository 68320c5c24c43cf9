import { z } from 'zod';
import { DatasetId } from '../../shared/domain/ids.ts';
import { uuidV5 } from '../../shared/domain/uuid-v5.ts';
import { type Delivery, type DestinationName, subjectId } from '../../shared/ports/deliveries.ts';
import type { SourceName } from '../../shared/ports/source-client.ts';
import { settleState } from '../../shared/sources/pull-dataset.ts';
import { CASCADE_PATHS } from '../support/stub-cascade.ts';
import { judgeCopies } from './copies-checks.ts';
import type { SoakWorld } from './soak-world.ts';
import { contentOf, type Verdict } from './verdict.ts';

// What is missing and what came twice, by comparing what the sources have and what the destinations got with what the
// product holds and says.

/** What is posted in channels. */
export const IN_SLACK: readonly DestinationName[] = ['slack', 'briefing', 'digest', 'alerts'];
const IN_MAIL: readonly DestinationName[] = ['email', 'email-digest', 'email-alerts'];

/** Looks at a world as often as it has come to rest, each time at what is new. */
export class Judge {
  readonly #world: SoakWorld;
  readonly #seen = new Set<string>();

  constructor(world: SoakWorld) {
    this.#world = world;
  }

  async look(): Promise<Verdict> {
    const world = this.#world;
    const { deps } = world;
    const verdict: Verdict = { lost: [], double: [], unavoidable: [] };
    await judgePulls(world, verdict);
    for (const { status, runId, problems } of await deps.ledger.list())
      if (status !== 'success') verdict.lost.push(`run ${runId} is ${status}: ${problems[0]?.message}`);
    const told = await deps.deliveries.all();
    for (const { destination, subject, status, detail } of told)
      if (status !== 'delivered' && status !== 'skipped')
        verdict.lost.push(`${destination} ${subjectId(subject)} is ${status}: ${detail}`);
    const delivered = told.filter(
      ({ status, destination, subject }) =>
        status === 'delivered' && this.#isFirst(`${destination} ${subjectId(subject)}`),
    );
    await judgePosts(world, delivered, verdict);
    await judgeLineage(world, delivered, verdict);
    await judgeAudit(world, delivered, verdict);
    await judgePages(world, verdict);
    const copies: Verdict = { lost: [], double: [], unavoidable: [] };
    const toCopies = told.filter(({ status }) => status === 'delivered');
    await judgeCopies(world, toCopies, copies);
    for (const kind of ['lost', 'double', 'unavoidable'] as const)
      verdict[kind].push(...copies[kind].filter((what) => this.#isFirst(`${kind}: ${what}`)));
    for (const { destination, subject } of delivered) {
      const isMail = IN_MAIL.includes(destination);
      const id = subjectId(subject);
      if (isMail && !world.destinations.mails.has(uuidV5(`${destination}/${id}`)))
        verdict.lost.push(`${destination} ${id} never arrived`);
    }
    return verdict;
  }

  #isFirst(name: string): boolean {
    const isFirst = !this.#seen.has(name);
    this.#seen.add(name);
    return isFirst;
  }
}

/** Every record of every source stands in the file that was taken in last. */
async function judgePulls({ deps, sources, pulls }: SoakWorld, { lost }: Verdict): Promise<void> {
  const { cascade, hubspot, meta } = sources;
  const isPulled = (dataset: string): boolean => pulls(DatasetId.parse(dataset));
  const takenIn = async (source: SourceName, dataset: string): Promise<string | undefined> => {
    const { settled } = await settleState(source, DatasetId.parse(dataset), deps);
    return settled && (await deps.lake.read('landing', settled.path))?.toString('utf8');
  };
  const files = [
    ['cascade/loan_tape', CASCADE_PATHS.loanTape],
    ['cascade/analytics', CASCADE_PATHS.analytics],
    ['manual/financial_statements', CASCADE_PATHS.statements],
  ] as const;
  for (const [dataset, path] of files)
    if (isPulled(dataset) && (await takenIn('cascade', dataset)) !== cascade.files.get(path)?.body)
      lost.push(`${dataset} is not what Cascade has`);
  const expected: [SourceName, string, string[]][] = [
    ...Object.entries(hubspot.objects).map(([object, records]): [SourceName, string, string[]] => [
      'hubspot',
      `hubspot/${object}`,
      records.map(({ id, properties }) => `${id} ${labelOf(properties)}`),
    ]),
    ['hubspot', 'hubspot/lists', [...hubspot.lists.map(({ listId, name }) => `${listId} ${name}`)]],
    ['meta', 'meta/insights', meta.insights.map((i) => `${i.campaign_id} ${i.date_start} ${i.spend}`)],
  ];
  for (const [source, dataset, records] of expected) {
    if (!isPulled(dataset)) continue;
    const lines = ((await takenIn(source, dataset)) ?? '').trimEnd().split('\n');
    const found = lines
      .filter((line) => line !== '')
      .map((line) => nameOf(SourceRecord.parse(JSON.parse(line))));
    const kept = new Set(found);
    const missing = records.filter((record) => !kept.has(record));
    if (missing.length > 0) lost.push(`${dataset} lacks ${missing.length} of ${records.length} records`);
    if (kept.size !== found.length) lost.push(`${dataset} has ${found.length - kept.size} records twice`);
  }
}

const SourceRecord = z.looseObject({
  id: z.string().optional(),
  listId: z.string().optional(),
  name: z.string().optional(),
  properties: z.record(z.string(), z.string().nullable()).optional(),
  campaign_id: z.string().optional(),
  date_start: z.string().optional(),
  spend: z.string().optional(),
});

function nameOf({
  id,
  listId,
  name,
  properties,
  campaign_id,
  date_start,
  spend,
}: z.infer<typeof SourceRecord>): string {
  if (campaign_id !== undefined) return `${campaign_id} ${date_start} ${spend}`;
  if (listId !== undefined) return `${listId} ${name}`;
  return `${id} ${labelOf(properties ?? {})}`;
}

function labelOf({ name, dealname, email }: Readonly<Record<string, string | null | undefined>>): string {
  return name ?? dealname ?? email ?? '';
}

async function judgePosts(
  { deps, destinations, trouble }: SoakWorld,
  delivered: readonly Delivery[],
  { lost, double, unavoidable }: Verdict,
): Promise<void> {
  const same = (body: string): string => JSON.stringify(JSON.parse(body));
  const came = Map.groupBy(destinations.posted.splice(0).map(same), (body) => body);
  const unheard = Map.groupBy((trouble.unheard.get('slack')?.splice(0) ?? []).map(same), (body) => body);
  const planned = new Map<string, number>();
  for (const delivery of delivered.filter(({ destination }) => IN_SLACK.includes(destination))) {
    const body = same(await contentOf(delivery, deps));
    planned.set(body, (planned.get(body) ?? 0) + 1);
  }
  for (const body of new Set([...came.keys(), ...planned.keys()])) {
    const beyond = (came.get(body)?.length ?? 0) - (planned.get(body) ?? 0);
    const title = `slack: ${z.object({ text: z.string() }).parse(JSON.parse(body)).text.slice(0, 80)}`;
    const allowed = unheard.get(body)?.length ?? 0;
    if (beyond < 0) lost.push(title);
    for (let nth = 0; nth < beyond; nth += 1) (nth < allowed ? unavoidable : double).push(title);
  }
}

const Event = z.looseObject({ eventType: z.string(), run: z.looseObject({ runId: z.string() }) });

async function judgeLineage(
  { deps, destinations }: SoakWorld,
  delivered: readonly Delivery[],
  { lost, double }: Verdict,
): Promise<void> {
  for (const delivery of delivered.filter(({ destination }) => destination === 'lineage')) {
    const lines = (await contentOf(delivery, deps)).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const { eventType, run } = Event.parse(JSON.parse(line));
      if (!destinations.events.has(`${run.runId} ${eventType}`))
        lost.push(`lineage: ${run.runId} ${eventType}`);
    }
  }
  for (const [key, wordings] of destinations.events)
    if (wordings.size > 1) double.push(`lineage: ${key} came in ${wordings.size} wordings`);
}

const Rows = z.array(z.object({ run_id: z.string(), kpis: z.coerce.number() }));
const Payload = z.object({
  pipeline_runs: z.tuple([z.object({ run_id: z.string() })]),
  kpi_values: z.array(z.unknown()),
});

async function judgeAudit(
  { deps, database }: SoakWorld,
  delivered: readonly Delivery[],
  { lost, double }: Verdict,
): Promise<void> {
  const sql = `SELECT r.run_id, count(v.id) AS kpis FROM analytics.pipeline_runs r
    LEFT JOIN analytics.kpi_values v ON v.run_id = r.run_id GROUP BY r.run_id`;
  const rows = new Map(Rows.parse(await database.rows(sql)).map(({ run_id, kpis }) => [run_id, kpis]));
  const newest = new Map<string, Delivery>();
  for (const delivery of delivered) {
    const { destination, subject } = delivery;
    if (destination !== 'postgres' || subject.kind !== 'run') continue;
    const known = newest.get(subject.runId)?.subject;
    if (known?.kind !== 'run' || known.attempt < subject.attempt) newest.set(subject.runId, delivery);
  }
  for (const [runId, delivery] of newest) {
    const { pipeline_runs: runs, kpi_values } = Payload.parse(JSON.parse(await contentOf(delivery, deps)));
    const expected = kpi_values.length;
    const found = rows.get(runs[0].run_id);
    if (found === undefined || found < expected)
      lost.push(`postgres: ${runId} has ${found} of ${expected} KPIs`);
    if (found !== undefined && found > expected)
      double.push(`postgres: ${runId} has ${found} KPIs for ${expected}`);
  }
}

/** Whoever is on call is called for what is open and told, and for nothing else. */
async function judgePages({ deps, destinations }: SoakWorld, { lost, double }: Verdict): Promise<void> {
  for (const { id, status, severity, told } of await deps.incidents.all()) {
    if (severity !== 'P1' && severity !== 'P2') continue;
    const page = destinations.pages.get(id);
    if (told > 0 && page === undefined) lost.push(`pagerduty: ${id}`);
    if (status === 'open' && told > 0 && page?.isOpen === false)
      lost.push(`pagerduty: ${id} is open and not there`);
  }
  for (const [id, { calls }] of destinations.pages) {
    const found = (await deps.incidents.get(id))?.value;
    if (found === undefined || calls > found.told) double.push(`pagerduty: ${id} called ${calls} times`);
  }
}
