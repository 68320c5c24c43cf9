import { createHash } from 'node:crypto';
import { Sha256 } from '../domain/ids.ts';
import { type CatalogAsset, readCatalogAssets } from './catalog-assets.ts';
import { readDefinitions, type SourcedDefinition } from './definition-file.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import { type Model, ModelCycle, orderModels, relationsBehind } from './model-graph.ts';
import { STAGED_RELATIONS } from './relations.ts';
import { placeholdersIn } from './requirement.ts';

/** Every KPI that there is, and the models that it can be read from. */
export type Catalog = {
  /** In the version in force, by id. */
  readonly kpis: readonly KpiDefinition[];
  /** Versions that have been replaced, by id and version. They are computed beside those in force. */
  readonly former: readonly KpiDefinition[];
  /** Where the definition stands: `catalog/par.yaml:12`. */
  readonly placeOf: (kpi: KpiDefinition, ...path: readonly (string | number)[]) => string;
  /** Each after what it reads. */
  readonly models: readonly Model[];
  /** Hash of all definitions and models and of the engine's version: another catalogue is another book. */
  readonly sha256: Sha256;
};

/** Definitions are wrong. Lists every problem, each with file, line and reason. */
export class CatalogInvalid extends Error {
  override readonly name = 'CatalogInvalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the KPI catalogue is wrong, so no KPI can be trusted. Correct:\n${problems.join('\n')}`);
    this.problems = problems;
  }
}

let shipped: Promise<Catalog> | undefined;

/** The catalogue that is shipped with the product, read once; another one is read each time. */
export async function loadCatalog(root?: string): Promise<Catalog> {
  if (root !== undefined) return parseCatalog(await readCatalogAssets(root));
  shipped ??= readCatalogAssets().then(parseCatalog);
  return await shipped;
}

export function parseCatalog(assets: readonly CatalogAsset[]): Catalog {
  const files = assets.filter(({ name }) => name.endsWith('.yaml')).map(readDefinitions);
  const definitions = files.flatMap((file) => file.definitions);
  const models = modelsOf(assets);
  const problems = [
    ...files.flatMap((file) => file.problems),
    ...duplicates(definitions),
    ...namesakes(assets),
    ...('problem' in models
      ? [models.problem]
      : [...unknownModels(definitions, models), ...unreadRelations(definitions, models)]),
  ];
  if (problems.length > 0 || 'problem' in models) throw new CatalogInvalid(problems);
  const places = new Map(definitions.map(({ kpi, at }) => [kpi, at]));
  const byVersion = definitions.map(({ kpi }) => kpi).toSorted(byIdAndVersion);
  const isInForce = (kpi: KpiDefinition, index: number) => byVersion[index + 1]?.id !== kpi.id;
  return {
    kpis: byVersion.filter(isInForce),
    former: byVersion.filter((kpi, index) => !isInForce(kpi, index)),
    placeOf: (kpi, ...path) => places.get(kpi)?.(...path) ?? kpi.id,
    models,
    sha256: hashOf(assets),
  };
}

function modelsOf(assets: readonly CatalogAsset[]): readonly Model[] | { readonly problem: string } {
  const sources = assets
    .filter(({ name }) => name.endsWith('.sql'))
    .map(({ name, text }) => ({ name: name.replace(/^.*\//, '').replace(/\.sql$/, ''), sql: text }));
  try {
    return orderModels(sources);
  } catch (error) {
    if (!(error instanceof ModelCycle)) throw error;
    return { problem: `models: ${error.message}` };
  }
}

function byIdAndVersion(a: KpiDefinition, b: KpiDefinition): number {
  return a.id === b.id ? a.version - b.version : a.id < b.id ? -1 : 1;
}

function duplicates(definitions: readonly SourcedDefinition[]): readonly string[] {
  const first = new Map<string, SourcedDefinition>();
  return definitions.flatMap((definition) => {
    const { id, version } = definition.kpi;
    const name = `${id} version ${version}`;
    const earlier = first.get(name);
    if (!earlier) {
      first.set(name, definition);
      return [];
    }
    return [`${definition.at('id')}: ${name} is already defined at ${earlier.at('id')}`];
  });
}

/** Models are known by their names, so that no folder may hold another one of that name. */
function namesakes(assets: readonly CatalogAsset[]): readonly string[] {
  const byName = Map.groupBy(assets, ({ name }) => name);
  return [...byName].flatMap(([name, { length }]) =>
    length > 1 ? [`${name}: there are ${length} files of that name`] : [],
  );
}

function unknownModels(
  definitions: readonly SourcedDefinition[],
  models: readonly Model[],
): readonly string[] {
  const marts = new Set(models.map(({ name }) => name).filter((name) => name.startsWith('mart_')));
  return definitions.flatMap(({ kpi, at }) =>
    (kpi.unavailable === undefined ? kpi.models : []).flatMap((model, index) =>
      marts.has(model) ? [] : [`${at('models', index)}: ${kpi.id} reads ${model}, but there is no such mart`],
    ),
  );
}

/** A requirement may only blame a snapshot that the KPI reads, whatever model it reads. */
function unreadRelations(
  definitions: readonly SourcedDefinition[],
  models: readonly Model[],
): readonly string[] {
  return definitions.flatMap(({ kpi, at }) =>
    kpi.unavailable !== undefined
      ? []
      : (kpi.requires ?? []).flatMap(({ otherwise }, index) =>
          placeholdersIn(otherwise)
            .filter((name) => STAGED_RELATIONS.includes(name))
            .flatMap((relation) =>
              kpi.models
                .filter((model) => !relationsBehind(model, models).includes(relation))
                .map(
                  (model) =>
                    `${at('requires', index, 'otherwise')}: ${kpi.id} names ${relation}, which ${model} does not read`,
                ),
            ),
        ),
  );
}

/**
 * Raise it when the engine computes something differently from the same definitions and models: marts that were kept are
 * found by this hash, and would be shown as they are.
 */
const ENGINE_VERSION = 3;

function hashOf(assets: readonly CatalogAsset[]): Sha256 {
  const hash = createHash('sha256').update(`engine ${ENGINE_VERSION}\n`);
  for (const { name, text } of assets.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    // The length keeps two files from reading like one.
    hash.update(`${name} ${Buffer.byteLength(text)}\n`).update(text);
  }
  return Sha256.parse(hash.digest('hex'));
}
