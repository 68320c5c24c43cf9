import { uuidV5 } from '../domain/uuid-v5.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { artifactPath, martPath } from './run-paths.ts';
import type { RunRecord } from './run-record.ts';

// OpenLineage run events, one START and one end event for each stage that was worked: what was read, what was
// written. Always with both sides; names of datasets are their places in the lake.

const PRODUCER = 'urn:abaco:loans-analytics';
const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const NAMESPACE = 'abaco-lake';

const END_OF: Readonly<Record<RunRecord['status'], string>> = {
  running: 'RUNNING',
  success: 'COMPLETE',
  rejected: 'FAIL',
  failed: 'FAIL',
  canceled: 'ABORT',
};

type LineageDataset = { namespace: string; name: string };

/** One JSON document per line, oldest first. */
export function lineageEvents(
  run: RunRecord,
  status: RunRecord['status'],
  mart: KpiMart | undefined,
): string {
  const lines = run.trail.flatMap(({ stage, attempt, startedAt, completedAt }, index) => {
    const { inputs, outputs } = sidesOf(stage, run, mart);
    const isLast = index === run.trail.length - 1;
    const end = isLast ? END_OF[status] : 'COMPLETE';
    const event = (eventType: string, eventTime: string): string =>
      JSON.stringify({
        eventType,
        eventTime,
        producer: PRODUCER,
        schemaURL: SCHEMA,
        run: { runId: uuidV5(`${run.runId}/${attempt}/${stage}`), facets: {} },
        job: { namespace: 'abaco', name: `${run.dataset}.${stage}`, facets: {} },
        inputs,
        outputs,
      });
    return [event('START', startedAt), event(end, completedAt)];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function sidesOf(
  stage: RunRecord['stage'],
  run: RunRecord,
  mart: KpiMart | undefined,
): { inputs: LineageDataset[]; outputs: LineageDataset[] } {
  const at = (zone: string, path: string | undefined): LineageDataset[] =>
    path === undefined ? [] : [{ namespace: NAMESPACE, name: `${zone}/${path}` }];
  const marts = run.asOf === undefined ? [] : at('marts', martPath(run.asOf, run.runId, 'parquet'));
  switch (stage) {
    case 'ingest':
      return { inputs: at('landing', run.drop.path), outputs: at('raw', run.rawPath) };
    case 'validate':
      return { inputs: at('raw', run.rawPath), outputs: at('staging', run.stagingPath) };
    case 'compute':
      return {
        inputs: (mart?.book ?? []).flatMap((entry) => at('staging', entry.stagingPath)),
        outputs: marts,
      };
    case 'publish':
      return { inputs: marts, outputs: at('runs', artifactPath(run.runId, 'report.html')) };
  }
}
