import { z } from 'zod';
import { DatasetId, RunId } from '../../shared/domain/ids.ts';
import { operationIdOf } from '../../shared/domain/trace.ts';
import type { Lake } from '../../shared/ports/lake.ts';
import { runPage } from '../../shared/publishing/run-page.ts';
import { attemptPath } from '../../shared/runs/run-paths.ts';
import { RunRecord, RunStatus } from '../../shared/runs/run-record.ts';
import { ARTIFACT_NAME, ServedArtifact, servedArtifacts } from './artifacts.ts';
import { notFound, unknownRun } from './problem-details.ts';
import { linkWithKey, ReaderQuery, wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

const RunsQuery = z.object({
  status: RunStatus.optional(),
  dataset: DatasetId.optional().describe('Only those of this dataset, such as looker/loans'),
  since: z.iso
    .datetime()
    .optional()
    .describe('Only those that started then or later, as 2026-01-15T06:00:00Z'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const runsRoute: Route<typeof RunsQuery> = {
  name: 'runs',
  method: 'GET',
  path: 'runs',
  authLevel: 'function',
  summary: 'Runs, newest first',
  query: RunsQuery,
  responses: { 200: { description: 'Runs', schema: z.object({ runs: z.array(RunRecord) }) } },
  handle: withDeps(async (_request, { ledger }, { query }) => jsonAnswer({ runs: await ledger.list(query) })),
};

const RunQuery = ReaderQuery.pick({ format: true });

export const runRoute: Route<typeof RunQuery> = {
  name: 'run',
  method: 'GET',
  path: 'runs/{runId}',
  authLevel: 'function',
  summary: 'One run with its trail, problems and artifacts; a page for browsers',
  query: RunQuery,
  responses: {
    200: {
      description: 'The run, and the documents that can be fetched',
      schema: z.object({
        run: RunRecord,
        operationId: z.string().optional().describe('The trace that the whole run is in the monitoring'),
        artifacts: z.array(ServedArtifact),
      }),
    },
    404: { description: 'No such run' },
  },
  handle: withDeps(async (request, { ledger, lake, clock }, { query }) => {
    const runId = RunId.safeParse(request.params['runId']);
    const found = runId.success ? await ledger.find(runId.data) : undefined;
    if (found === undefined) return unknownRun(request.params['runId']);
    const run = found.value;
    const artifacts = await servedArtifacts(run.runId, lake);
    const operationId = operationIdOf(run.traceparent);
    if (wantsPage(request, query))
      return htmlAnswer(
        runPage({
          ...{ run, artifacts, operationId },
          now: clock.now().toISOString(),
          link: linkWithKey(request),
        }),
      );
    return jsonAnswer({ run, operationId, artifacts: ServedArtifact.array().parse(artifacts) });
  }),
};

const LIST_HINT = 'GET runs/{runId} lists what there is.';

const ArtifactQuery = z.object({
  attempt: z.coerce
    .number()
    .int()
    .min(1)
    .max(99_999)
    .optional()
    .describe('A document as this attempt left it; without it as the newest did'),
});

export const artifactRoute: Route<typeof ArtifactQuery> = {
  name: 'artifact',
  method: 'GET',
  path: 'runs/{runId}/artifacts/{name}',
  authLevel: 'function',
  summary:
    'A document of a run: summary.json, manifest.json, validation_report.json, report.html, kpis.csv …',
  query: ArtifactQuery,
  responses: {
    200: { description: 'The document', mediaType: '*/*' },
    404: { description: 'No such run or document' },
  },
  handle: withDeps(async (request, { lake }, { query }) => {
    const { runId: wanted, name = '' } = request.params;
    const runId = RunId.safeParse(wanted);
    if (!runId.success) return unknownRun(wanted);
    if (!ARTIFACT_NAME.test(name)) return notFound(`Artifact ${JSON.stringify(name)}`, LIST_HINT);
    const body = await artifactOf(runId.data, name, query.attempt, lake);
    if (body === undefined) return notFound(`Artifact ${name} of ${runId.data}`, LIST_HINT);
    if (name.endsWith('.html')) return htmlAnswer(body);
    return { body, headers: { ...SAFE_TO_SHOW, 'content-type': mediaTypeOf(name) } };
  }),
};

async function artifactOf(
  runId: RunId,
  name: string,
  attempt: number | undefined,
  lake: Lake,
): Promise<Buffer | undefined> {
  if (attempt !== undefined) return await lake.read('runs', attemptPath(runId, attempt, name));
  const artifact = (await servedArtifacts(runId, lake)).find((candidate) => candidate.name === name);
  return artifact && (await lake.read(artifact.container, artifact.path));
}

function mediaTypeOf(name: string): string {
  const types: Record<string, string> = {
    json: 'application/json',
    jsonl: 'application/x-ndjson',
    md: 'text/markdown; charset=utf-8',
    csv: 'text/csv; charset=utf-8',
  };
  return types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
