import { z } from 'zod';
import type { FigmaApi } from './figma-api.ts';
import type { FigmaExport } from './figma-export.ts';

// KPIs as variables of a file, which designers bind text to. Found by name; all that differs goes in one request, which
// Figma takes whole or not at all.

const COLLECTION = 'Abaco KPIs';
const MODE = 'Latest';
/** Texts, since a number that can no longer be computed would stay as it was. */
const TYPE = 'STRING';
const GONE = 'no longer computed';
const NEW_COLLECTION = 'new-collection';
const NEW_MODE = 'new-mode';

const Local = z.looseObject({
  meta: z.looseObject({
    variables: z.record(
      z.string(),
      z.looseObject({
        id: z.string(),
        name: z.string(),
        variableCollectionId: z.string(),
        resolvedType: z.string(),
        remote: z.boolean().default(false),
        /** It is gone, and some text of the file still refers to it. */
        deletedButReferenced: z.boolean().default(false),
        valuesByMode: z.record(z.string(), z.unknown()),
      }),
    ),
    variableCollections: z.record(
      z.string(),
      z.looseObject({
        id: z.string(),
        name: z.string(),
        remote: z.boolean().default(false),
        modes: z.array(z.looseObject({ modeId: z.string() })),
      }),
    ),
  }),
});

/** Throws what isBeyondPlan knows where the plan, the seat or the token's scopes do not reach. */
export async function writeVariables(content: FigmaExport, api: FigmaApi): Promise<void> {
  const { meta } = await api.get('/variables/local', Local);
  const collection = Object.values(meta.variableCollections)
    .filter(({ name, remote }) => name === COLLECTION && !remote)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  const collectionId = collection?.id ?? NEW_COLLECTION;
  // A fact is the same in every mode.
  const modes = collection?.modes.map(({ modeId }) => modeId) ?? [NEW_MODE];
  const there = Object.values(meta.variables).filter(
    ({ variableCollectionId, remote, deletedButReferenced: isGone }) =>
      variableCollectionId === collectionId && !remote && !isGone,
  );
  const wanted = valuesOf(content);
  for (const { name, resolvedType } of there)
    if (resolvedType === TYPE && !wanted.has(name)) wanted.set(name, GONE);
  const known = new Map(there.map((variable) => [variable.name, variable]));
  const made = [...wanted.keys()].filter((name) => !known.has(name));
  const values = [...wanted].flatMap(([name, value]) => {
    const variable = known.get(name);
    return modes
      .filter((modeId) => variable?.valuesByMode[modeId] !== value)
      .map((modeId) => ({ variableId: variable?.id ?? `new ${name}`, modeId, value }));
  });
  if (values.length === 0) return;
  const collections = { action: 'CREATE', id: NEW_COLLECTION, name: COLLECTION, initialModeId: NEW_MODE };
  const mode = { action: 'UPDATE', id: NEW_MODE, name: MODE, variableCollectionId: NEW_COLLECTION };
  await api.create('/variables', {
    variableCollections: collection === undefined ? [collections] : [],
    variableModes: collection === undefined ? [mode] : [],
    variables: made.map((name) => ({
      action: 'CREATE',
      id: `new ${name}`,
      name,
      variableCollectionId: collectionId,
      resolvedType: TYPE,
    })),
    variableModeValues: values,
  });
}

/** `risk/par_30/value`: a point may not be in a name, and a slash makes a group. */
function valuesOf({ day, asOf, freshness, runId, kpis }: FigmaExport): Map<string, string> {
  return new Map([
    ['report/day', day],
    ['report/as_of', asOf],
    ['report/freshness', freshness],
    ['report/run', runId],
    ...kpis.flatMap(({ id, shown, status }): [string, string][] => {
      const group = id.replaceAll('.', '/');
      return [
        [`${group}/value`, shown],
        [`${group}/status`, status],
      ];
    }),
  ]);
}
