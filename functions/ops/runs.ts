import { z } from 'zod';
import { RunId } from '../../shared/domain/ids.ts';
import { Manifest } from '../../shared/runs/documents.ts';
import { artifactPath } from '../../shared/runs/run-paths.ts';
import { RunRecord, RunStatus } from '../../shared/runs/run-record.ts';
import { ZONES } from '../../shared/topology.ts';
import { badRequest, notFound } from './problem-details.ts';
import { jsonAnswer, type Route, withDeps } from './route.ts';

const RunsQuery = z.object({
  status: RunStatus.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const runsRoute: Route = {
  name: 'runs',
  method: 'GET',
  path: 'runs',
  authLevel: 'function',
  summary: 'Runs, newest first',
  query: RunsQuery,
  responses: { 200: { description: 'Runs', schema: z.object({ runs: z.array(RunRecord) }) } },
  handle: withDeps(async (request, { ledger }) => {
    const query = RunsQuery.safeParse(Object.fromEntries(request.query));
    if (!query.success) return badRequest('The query is not usable.', describeIssues(query.error));
    const { status, limit } = query.data;
    return jsonAnswer({ runs: await ledger.list({ limit, ...(status && { status }) }) });
  }),
};

export const runRoute: Route = {
  name: 'run',
  method: 'GET',
  path: 'runs/{runId}',
  authLevel: 'function',
  summary: 'One run with its trail, problems and artifacts',
  responses: {
    200: { description: 'The run', schema: z.object({ run: RunRecord, artifacts: z.array(z.string()) }) },
    404: { description: 'No such run' },
  },
  handle: withDeps(async (request, { ledger, lake }) => {
    const runId = RunId.safeParse(request.params['runId']);
    const found = runId.success ? await ledger.find(runId.data) : undefined;
    if (found === undefined) return unknownRun(request.params['runId']);
    const run = found.value;
    const artifacts: string[] = [];
    for await (const { path } of lake.list('runs', `${run.runId}/`))
      artifacts.push(path.slice(run.runId.length + 1));
    return jsonAnswer({ run, artifacts });
  }),
};

/** Raw and staged files hold rows of people: they are read in their zones, by those who may. */
const SERVED_ZONES = new Set<string>([
  'quarantine',
  'marts',
  'reports',
  'runs',
] satisfies (typeof ZONES)[number][]);

export const artifactRoute: Route = {
  name: 'artifact',
  method: 'GET',
  path: 'runs/{runId}/artifacts/{name}',
  authLevel: 'function',
  summary:
    'A document of a run: summary.json, manifest.json, validation_report.json, report.html, kpis.csv …',
  responses: { 200: { description: 'The document' }, 404: { description: 'No such run or document' } },
  handle: withDeps(async (request, { lake }) => {
    const { runId: wanted, name = '' } = request.params;
    const runId = RunId.safeParse(wanted);
    if (!runId.success) return unknownRun(wanted);
    if (!/^[a-z_]+\.[a-z]+$/.test(name)) return notFound(`Artifact ${JSON.stringify(name)}`, LIST_HINT);
    const place = await placeOf(runId.data, name, lake);
    const body = place && (await lake.read(place.zone, place.path));
    if (body === undefined) return notFound(`Artifact ${name} of ${runId.data}`, LIST_HINT);
    return {
      body,
      headers: {
        'content-type': mediaTypeOf(name),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
      },
    };
  }),
};

const LIST_HINT = 'GET runs/{runId} lists what there is.';

type Lake = Parameters<Parameters<typeof withDeps>[0]>[1]['lake'];

/** In the run's own folder, or wherever the manifest says that a file of this name lies. */
async function placeOf(
  runId: RunId,
  name: string,
  lake: Lake,
): Promise<{ zone: (typeof ZONES)[number]; path: string } | undefined> {
  const own = artifactPath(runId, name);
  if ((await lake.stat('runs', own)) !== undefined) return { zone: 'runs', path: own };
  const body = await lake.read('runs', artifactPath(runId, 'manifest.json'));
  const manifest = body && Manifest.parse(JSON.parse(body.toString('utf8')));
  const file = manifest?.files.find((entry) => entry.name === name && SERVED_ZONES.has(entry.container));
  const zone = ZONES.find((candidate) => candidate === file?.container);
  return file && zone && { zone, path: file.path };
}

function mediaTypeOf(name: string): string {
  const types: Record<string, string> = {
    json: 'application/json',
    jsonl: 'application/x-ndjson',
    html: 'text/html; charset=utf-8',
    md: 'text/markdown; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
  };
  return types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}

export function unknownRun(runId: string | undefined): ReturnType<typeof notFound> {
  return notFound(`Run ${JSON.stringify(runId ?? '')}`, 'GET runs lists the runs that there are.');
}

export function describeIssues(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
