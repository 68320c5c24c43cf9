import type { Column, Contract } from '../contracts/contract.ts';
import { contractOf } from '../contracts/registry.ts';
import { REFERENCE_DAY } from '../domain/local-date.ts';
import { type Problem, runbookOf } from '../domain/problem.ts';
import { uuidV5 } from '../domain/uuid-v5.ts';
import type { Catalog } from '../kpis/catalog.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import type { ValidationReport } from './documents.ts';
import type { RunRecord } from './run-record.ts';

// Facets of lineage events. They are made of counts and of the product's own words alone: no cell of a file, no name of
// a file, and no name of a column that only the file knows. What goes out of the house with an event is then safe to.

export type LineageFacts = {
  /** Git revision that worked the stages. */
  readonly revision: string;
  /** Of the rows, where they were looked at. */
  readonly validation?: ValidationReport | undefined;
  readonly mart?: KpiMart | undefined;
  /** What the mart was computed by. Another one would tell of other columns. */
  readonly catalog?: Catalog | undefined;
};

export type Facets = Readonly<Record<string, object>>;

export const PRODUCER = 'urn:abaco:loans-analytics';

/** Ours, as docs/lineage-facets.schema.json defines them. */
const OWN = `${PRODUCER}:lineage-facets:1`;
const MOST_PROBLEMS = 3;

export function runFacets(
  run: RunRecord,
  attempt: number,
  namespace: string,
  { mart }: Pick<LineageFacts, 'mart'>,
): Facets {
  const { runId, dataset, sha256, asOf } = run;
  const isOfMart = mart !== undefined && attempt === run.attempt;
  return {
    // The stages of one attempt belong together.
    parent: standard('ParentRunFacet', '1-2-0', {
      run: { runId: uuidV5(`${runId}/${attempt}`) },
      job: { namespace, name: dataset },
    }),
    ...(asOf !== undefined &&
      asOf !== REFERENCE_DAY && {
        nominalTime: standard('NominalTimeRunFacet', '1-0-1', { nominalStartTime: `${asOf}T00:00:00Z` }),
      }),
    abaco_run: own('AbacoRunFacet', {
      runId,
      attempt,
      inputSha256: sha256,
      ...(isOfMart && { bookId: mart.bookId, catalogSha256: mart.catalogSha256 }),
    }),
  };
}

/** Codes and counts; what else is known of a problem may be of the file, and stands in the run's own documents. */
export function errorMessage(run: RunRecord, status: RunRecord['status']): Facets {
  const message = status === 'success' || status === 'running' ? undefined : sentenceOf(run, status);
  if (message === undefined) return {};
  return {
    errorMessage: standard('ErrorMessageRunFacet', '1-0-1', { message, programmingLanguage: 'TypeScript' }),
  };
}

function sentenceOf(run: RunRecord, status: 'rejected' | 'failed' | 'canceled'): string | undefined {
  const { stage, lastError, problems } = run;
  if (status === 'failed') {
    const code = lastError?.code ?? 'stage-failed';
    return `${code}: stage ${stage} failed. The file was not judged to be wrong; nothing new was published. See ${runbookOf(code)}.`;
  }
  const errors = problems.filter(({ severity }) => severity === 'error').slice(0, MOST_PROBLEMS);
  const [first] = errors;
  if (first === undefined) return undefined;
  const columns = new Set(contractOf(run.contract, run.contractVersion)?.columns.map(({ name }) => name));
  const named = errors.map((problem) => namedProblem(problem, columns)).join('; ');
  return `${named}. The file was ${status}; nothing was promoted. See ${runbookOf(first.code)}.`;
}

function namedProblem({ code, column, count }: Problem, columns: ReadonlySet<string>): string {
  const where = column !== undefined && columns.has(column) ? ` in column ${column}` : '';
  return `${code}${where}${count === undefined ? '' : ` (${count})`}`;
}

export function sourceCodeLocation(stage: RunRecord['stage'], { revision }: LineageFacts): Facets {
  return {
    sourceCodeLocation: standard('SourceCodeLocationJobFacet', '1-1-0', {
      type: 'git',
      // The repository has no public address.
      url: PRODUCER,
      path: `shared/pipeline/${stage}.ts`,
      version: revision,
    }),
  };
}

export function contractFacet({ name, version, mode, dataset }: Contract): Facets {
  return { abaco_contract: own('AbacoContractDatasetFacet', { dataset, name, version, mode }) };
}

export type Field = { readonly name: string; readonly type: string; readonly description: string };

export function schemaFacet(fields: readonly Field[]): Facets {
  return { schema: standard('SchemaDatasetFacet', '1-2-0', { fields }) };
}

export function fieldOf({ name, type, unit, description }: Column): Field {
  return { name, type, description: unit === undefined ? description : `${description} (${unit})` };
}

/** The file in its zone: what else the dataset holds are its other versions. */
export function versionFacet(path: string | undefined): Facets {
  if (path === undefined) return {};
  return { version: standard('DatasetVersionDatasetFacet', '1-0-1', { datasetVersion: path }) };
}

export type FieldOrigin = {
  readonly namespace: string;
  readonly name: string;
  readonly field: string;
  readonly transformations?: readonly object[];
};

export function columnLineageFacet(fields: ReadonlyMap<string, readonly FieldOrigin[]>): Facets {
  const entries = [...fields].map(([field, inputFields]) => [field, { inputFields }]);
  return {
    columnLineage: standard('ColumnLineageDatasetFacet', '1-2-0', { fields: Object.fromEntries(entries) }),
  };
}

export function readRows(rowCount: number): Facets {
  return { inputStatistics: standard('InputStatisticsInputDatasetFacet', '1-0-0', { rowCount }) };
}

export function written(statistics: { rowCount?: number; size?: number }): Facets {
  return { outputStatistics: standard('OutputStatisticsOutputDatasetFacet', '1-0-2', statistics) };
}

/** `nameOf` says what the dataset calls a column of the contract; nothing where it lacks it. */
export function qualityFacets(
  { rows, nulls, expectations }: ValidationReport,
  nameOf: (column: string) => string | undefined,
): Facets {
  const metrics = Object.entries(nulls).flatMap(([column, nullCount]) => {
    const name = nameOf(column);
    return name === undefined ? [] : [[name, { nullCount }] as const];
  });
  const assertions = expectations.flatMap(({ id, about, severity, status, threshold, failing }) => {
    if (status === 'not-evaluated') return [];
    const [assertion = id, subject = ''] = id.split(':');
    const column = nameOf(subject);
    return [
      {
        assertion: assertion.replaceAll('-', '_'),
        success: status === 'passed',
        ...(column !== undefined && { column }),
        severity: severity === 'block' ? 'error' : 'warn',
        name: id,
        description: about,
        expected: threshold,
        params: { failing },
      },
    ];
  });
  return {
    dataQualityMetrics: standard('DataQualityMetricsInputDatasetFacet', '1-0-3', {
      rowCount: rows.read,
      columnMetrics: Object.fromEntries(metrics),
    }),
    dataQualityAssertions: standard('DataQualityAssertionsDatasetFacet', '1-1-0', { assertions }),
  };
}

function standard(name: string, version: string, body: object): object {
  return facet(`https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`, body);
}

function own(name: string, body: object): object {
  return facet(`${OWN}#/$defs/${name}`, body);
}

function facet(schema: string, body: object): object {
  return { _producer: PRODUCER, _schemaURL: schema, ...body };
}
