import type { Contract } from '../contracts/contract.ts';
import { contractOf, contractOfEntry } from '../contracts/registry.ts';
import { columnOrigins, type StagedColumns } from '../kpis/column-origins.ts';
import type { KpiMart } from '../kpis/kpi-result.ts';
import { resolveModels } from '../kpis/resolved-models.ts';
import { RECORD_NUMBER } from '../staging/parquet-schema.ts';
import type { Zone } from '../topology.ts';
import type { ValidationReport } from './documents.ts';
import {
  columnLineageFacet,
  contractFacet,
  type Facets,
  type FieldOrigin,
  fieldOf,
  type LineageFacts,
  qualityFacets,
  readRows,
  schemaFacet,
  versionFacet,
  written,
} from './lineage-facets.ts';
import { artifactPath, martPath } from './run-paths.ts';
import type { RunRecord } from './run-record.ts';

// The datasets on both sides of a stage. Their names are the same in every run, so that what one run writes is what the
// next one reads; which of their files it was is their version. A dataset is named even where a stage that failed did
// not come to write it.

const NAMESPACE = 'abaco-lake';
const KPIS: LineageDataset = { namespace: NAMESPACE, name: 'marts/kpis' };

const RECORD = {
  ...RECORD_NUMBER,
  description: 'Number of the row in the file: the first one after the header is 1',
};

export type LineageDataset = {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Facets;
  readonly inputFacets?: Facets;
  readonly outputFacets?: Facets;
};
export type Sides = {
  readonly inputs: readonly LineageDataset[];
  readonly outputs: readonly LineageDataset[];
};

export function sidesOf(stage: RunRecord['stage'], run: RunRecord, facts: LineageFacts): Sides {
  switch (stage) {
    case 'ingest':
      return ingestSides(run, facts);
    case 'validate':
      return validateSides(run, facts);
    case 'compute':
      return computeSides(run, facts);
    case 'publish':
      return publishSides(run);
  }
}

export function namesOf({ inputs, outputs }: Sides): Sides {
  const named = ({ namespace, name }: LineageDataset): LineageDataset => ({ namespace, name });
  return { inputs: inputs.map(named), outputs: outputs.map(named) };
}

function ingestSides(run: RunRecord, { validation }: LineageFacts): Sides {
  const facets = asItCame(run, validation);
  return {
    inputs: [{ ...ofRun('landing', run), facets }],
    outputs: [
      {
        ...ofRun('raw', run),
        facets: { ...facets, ...versionFacet(run.rawPath) },
        outputFacets: run.rawPath === undefined ? {} : written({ size: run.drop.bytes }),
      },
    ],
  };
}

function validateSides(run: RunRecord, { validation }: LineageFacts): Sides {
  const contract = contractOf(run.contract, run.contractVersion);
  const raw = {
    ...ofRun('raw', run),
    facets: { ...asItCame(run, validation), ...versionFacet(run.rawPath) },
  };
  const staging = ofRun('staging', run);
  if (validation === undefined || contract === undefined) return { inputs: [raw], outputs: [staging] };
  const { verdict, rows, quarantinePath } = validation;
  const nameOf = namesInFile(contract, validation);
  const quarantine = {
    ...ofRun('quarantine', run),
    facets: versionFacet(quarantinePath),
    outputFacets: written({ rowCount: rows.rejected }),
  };
  return {
    inputs: [{ ...raw, inputFacets: qualityFacets(validation, nameOf) }],
    outputs: [
      verdict === 'rejected'
        ? staging
        : {
            ...staging,
            facets: {
              ...asStaged(contract, run.stagingPath),
              ...columnLineageFacet(stagedOrigins(contract, raw, nameOf)),
            },
            outputFacets: written({ rowCount: rows.accepted }),
          },
      ...(quarantinePath === undefined ? [] : [quarantine]),
    ],
  };
}

function computeSides(run: RunRecord, { mart, catalog }: LineageFacts): Sides {
  if (mart === undefined) return { inputs: [ofRun('staging', run)], outputs: [KPIS] };
  return {
    inputs: mart.book.map((entry) => {
      const contract = contractOfEntry(entry);
      return {
        ...at('staging', entry.relation),
        facets:
          contract === undefined ? versionFacet(entry.stagingPath) : asStaged(contract, entry.stagingPath),
        inputFacets: readRows(entry.rows),
      };
    }),
    outputs: [
      {
        ...KPIS,
        facets: {
          ...schemaFacet(mart.kpis.map(({ id, name }) => ({ name: id, type: 'decimal', description: name }))),
          ...versionFacet(martPath(mart.asOf, run.runId, 'parquet')),
          ...(catalog?.sha256 === mart.catalogSha256 && columnLineageFacet(kpiOrigins(mart, catalog))),
        },
      },
    ],
  };
}

function publishSides(run: RunRecord): Sides {
  const report = (name: string): LineageDataset => ({
    ...at('runs', name),
    facets: versionFacet(artifactPath(run.runId, name)),
  });
  const hasKpis = run.trail.some(({ stage }) => stage === 'compute');
  if (!hasKpis) return { inputs: [ofRun('staging', run)], outputs: [report('validation_report.html')] };
  const mart = run.asOf && martPath(run.asOf, run.runId, 'parquet');
  return { inputs: [{ ...KPIS, facets: versionFacet(mart) }], outputs: [report('report.html')] };
}

/** Two shapes of a dataset are two datasets here: they have other columns. */
function ofRun(zone: Zone, run: RunRecord): LineageDataset {
  return at(zone, contractOf(run.contract, run.contractVersion)?.relation ?? run.dataset);
}

function at(zone: Zone, name: string): LineageDataset {
  return { namespace: NAMESPACE, name: `${zone}/${name}` };
}

/** The columns of the contract by the names that the file has for them; those it does not know are left out. */
function asItCame(run: RunRecord, validation: ValidationReport | undefined): Facets {
  const contract = contractOf(run.contract, run.contractVersion);
  if (contract === undefined) return {};
  const nameOf = namesInFile(contract, validation);
  const fields = contract.columns.flatMap((column) => {
    const name = nameOf(column.name);
    return name === undefined ? [] : [{ ...fieldOf(column), name }];
  });
  return { ...contractFacet(contract), ...(fields.length > 0 && schemaFacet(fields)) };
}

/** A file that the contract's columns were not found in has none that could be named. */
function namesInFile(
  contract: Contract,
  validation: ValidationReport | undefined,
): (column: string) => string | undefined {
  const isRead = validation?.expectations.some(({ id, status }) => id === 'columns' && status === 'passed');
  const { missingOptional = [], aliases = {} } = validation?.columns ?? {};
  const there = isRead === true ? contract.columns.map(({ name }) => name) : [];
  const names = new Map(
    there.filter((name) => !missingOptional.includes(name)).map((name) => [name, aliases[name] ?? name]),
  );
  return (column) => names.get(column);
}

function asStaged(contract: Contract, path: string | undefined): Facets {
  return {
    ...contractFacet(contract),
    ...schemaFacet([RECORD, ...contract.columns.map(fieldOf)]),
    ...versionFacet(path),
  };
}

function stagedOrigins(
  { columns }: Contract,
  { namespace, name }: LineageDataset,
  nameOf: (column: string) => string | undefined,
): ReadonlyMap<string, readonly FieldOrigin[]> {
  return new Map(
    columns.flatMap((column) => {
      const field = nameOf(column.name);
      if (field === undefined) return [];
      const isMasked = column.mask !== undefined;
      // Text that says the same in its type: 1,234.50 as 1234.50.
      const subtype = isMasked ? 'TRANSFORMATION' : 'IDENTITY';
      return [
        [
          column.name,
          [{ namespace, name, field, transformations: [{ type: 'DIRECT', subtype, masking: isMasked }] }],
        ],
      ];
    }),
  );
}

/** KPIs by the staged columns that their models read. One that is not computable has none. */
function kpiOrigins(
  { kpis, book }: KpiMart,
  catalog: NonNullable<LineageFacts['catalog']>,
): ReadonlyMap<string, readonly FieldOrigin[]> {
  const resolved = resolveModels(catalog.models, new Set(book.map(({ relation }) => relation)));
  const staged: StagedColumns = new Map(
    book.map((entry) => [entry.relation, new Set(contractOfEntry(entry)?.columns.map(({ name }) => name))]),
  );
  const definitions = new Map(catalog.kpis.map((kpi) => [kpi.id, kpi]));
  return new Map(
    kpis.flatMap(({ id, model }) => {
      const kpi = definitions.get(id);
      if (kpi === undefined || kpi.unavailable !== undefined) return [];
      const origins = columnOrigins(kpi, model, resolved, staged);
      const fields = origins.map(({ relation, column }) => ({ ...at('staging', relation), field: column }));
      return fields.length === 0 ? [] : [[id, fields]];
    }),
  );
}
