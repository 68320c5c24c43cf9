import type { Client } from 'pg';
import { z } from 'zod';
import type { AuditChange, AuditOutcome } from '../../ports/audit-store.ts';
import type { LoansOfDay } from '../../ports/loans-of-day.ts';
import {
  AuditArtifact,
  AuditDefinition,
  AuditPart,
  type AuditPayload,
  AuditQuality,
  AuditRun,
  AuditValue,
} from '../../runs/audit-payload.ts';
import { writeLoans } from './write-loans.ts';

// A payload into its tables, within a transaction. Each table takes its rows in one statement; a row that says what is
// there already is not touched.

type Table = {
  readonly name: keyof AuditPayload;
  readonly key: readonly string[];
  readonly columns: readonly string[];
};

const columnsOf = (row: z.ZodObject): readonly string[] => Object.keys(row.shape);

/** Whatever a row refers to is written before it. */
const TABLES: readonly Table[] = [
  { name: 'pipeline_runs', key: ['run_id'], columns: columnsOf(AuditRun) },
  { name: 'raw_artifacts', key: ['artifact_id'], columns: columnsOf(AuditArtifact) },
  { name: 'kpi_definitions', key: ['kpi_key', 'version'], columns: columnsOf(AuditDefinition) },
  { name: 'kpi_values', key: ['id'], columns: columnsOf(AuditValue) },
  { name: 'kpi_parts', key: ['id'], columns: columnsOf(AuditPart) },
  { name: 'data_quality_results', key: ['id'], columns: columnsOf(AuditQuality) },
];

export async function writeAudit(
  client: Client,
  payload: AuditPayload,
  loans?: LoansOfDay,
): Promise<AuditOutcome> {
  const [run] = payload.pipeline_runs;
  // Attempts of one run come one after the other.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [run.run_id]);
  const there = await attemptOf(run.run_id, client);
  if (there !== undefined && there > run.attempt) return { kind: 'overtaken', byAttempt: there };
  // The last numbers of a run stand while the machinery fails; what became of its data replaces them.
  const isDecided = run.outcome !== 'running' && run.outcome !== 'failed';
  const changes: AuditChange[] = [];
  for (const table of TABLES) {
    const { rowCount } = await client.query(upsertInto(table), [JSON.stringify(payload[table.name])]);
    changes.push({ table: table.name, written: rowCount ?? 0, removed: 0 });
    // Before what other runs write as well, so that none of them waits for a million loans.
    if (table.name === 'pipeline_runs' && isDecided)
      changes.push(...(await writeLoans(client, run, run.outcome === 'success' ? loans : undefined)));
  }
  if (isDecided) {
    // In the reverse order, since values refer to artifacts.
    changes.push(await withoutOthers('kpi_parts', 'id', payload, client));
    changes.push(await withoutOthers('kpi_values', 'id', payload, client));
    changes.push(await withoutOthers('raw_artifacts', 'artifact_id', payload, client));
  }
  return { kind: 'written', changes: summed(changes) };
}

async function attemptOf(runId: string, client: Client): Promise<number | undefined> {
  const { rows } = await client.query('SELECT attempt FROM analytics.pipeline_runs WHERE run_id = $1', [
    runId,
  ]);
  return z.array(z.object({ attempt: z.int() })).parse(rows)[0]?.attempt;
}

/**
 * The rows come as JSON, in which numbers are text: PostgreSQL reads them as exactly as they are written. Rows that are
 * there already are left out and not only left as they are: a conflict locks its row, and runs that end together all
 * have the same definitions, so that each would wait for the commit of the one before.
 */
function upsertInto({ name, key, columns }: Table): string {
  // When a row was first written is not said again.
  const compared = columns.filter((column) => !key.includes(column) && column !== 'created_at');
  const listed = (names: readonly string[], of = '') => names.map((column) => `${of}"${column}"`).join(', ');
  return `
    INSERT INTO analytics.${name} AS old (${listed(columns)})
    SELECT ${listed(columns, 'new.')} FROM jsonb_populate_recordset(NULL::analytics.${name}, $1::jsonb) AS new
    WHERE NOT EXISTS (
      SELECT FROM analytics.${name} AS there
      WHERE (${listed(key, 'there.')}) = (${listed(key, 'new.')})
      AND (${listed(compared, 'there.')}) IS NOT DISTINCT FROM (${listed(compared, 'new.')})
    )
    ON CONFLICT (${listed(key)}) DO UPDATE SET (${listed(compared)}) = ROW (${listed(compared, 'excluded.')})
    WHERE (${listed(compared, 'old.')}) IS DISTINCT FROM (${listed(compared, 'excluded.')})`;
}

/** Removes what an earlier attempt of the run had and this one has not. */
async function withoutOthers(
  table: 'kpi_parts' | 'kpi_values' | 'raw_artifacts',
  key: string,
  payload: AuditPayload,
  client: Client,
): Promise<AuditChange> {
  const { rowCount } = await client.query(
    `DELETE FROM analytics.${table} WHERE run_id = $1 AND ${key} NOT IN
      (SELECT ${key} FROM jsonb_populate_recordset(NULL::analytics.${table}, $2::jsonb))`,
    [payload.pipeline_runs[0].run_id, JSON.stringify(payload[table])],
  );
  return { table, written: 0, removed: rowCount ?? 0 };
}

function summed(changes: readonly AuditChange[]): AuditChange[] {
  return [...TABLES.map(({ name }) => name), 'loan_days' as const, 'loan_facts' as const].map((table) => {
    const own = changes.filter((change) => change.table === table);
    return {
      table,
      written: own.reduce((sum, { written }) => sum + written, 0),
      removed: own.reduce((sum, { removed }) => sum + removed, 0),
    };
  });
}
