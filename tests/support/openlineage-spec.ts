import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';

// The schemas that OpenLineage publishes, of which we keep those that our events name (tests/fixtures/openlineage), and our
// own for the facets that it does not have. An event is held against the schema of events, and each of its facets
// against the one it names.

const SPEC = 'tests/fixtures/openlineage';

const Facets = z.record(z.string(), z.looseObject({ _schemaURL: z.string() })).default({});
const Dataset = z.looseObject({
  namespace: z.string(),
  name: z.string(),
  facets: Facets,
  inputFacets: Facets,
  outputFacets: Facets,
});
export type LineageEvent = z.infer<typeof LineageEvent>;
export const LineageEvent = z.looseObject({
  eventType: z.string(),
  eventTime: z.string(),
  run: z.object({ runId: z.string(), facets: Facets }),
  job: z.object({ namespace: z.string(), name: z.string(), facets: Facets }),
  inputs: z.array(Dataset),
  outputs: z.array(Dataset),
});

export function eventsIn(lines: string): LineageEvent[] {
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => LineageEvent.parse(JSON.parse(line)));
}

/** What is wrong with an event: nothing, it is hoped. */
export function faultsOf(line: string): unknown[] {
  const ajv = theAjv();
  const faults = (schema: string, value: unknown): unknown[] => {
    const validate = ajv.getSchema(schema);
    if (validate === undefined) return [`there is no schema ${schema}`];
    return validate(value) === true ? [] : [{ schema, errors: validate.errors }];
  };
  const value: unknown = JSON.parse(line);
  const found = faults('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent', value);
  if (found.length > 0) return found;
  const { run, job, inputs, outputs } = LineageEvent.parse(value);
  const facets = [
    run.facets,
    job.facets,
    ...[...inputs, ...outputs].flatMap((dataset) => [
      dataset.facets,
      dataset.inputFacets,
      dataset.outputFacets,
    ]),
  ];
  return facets.flatMap((group) =>
    Object.entries(group).flatMap(([name, facet]) => {
      const { _schemaURL: schema } = facet;
      // By its name as well: under another name nobody looks for it.
      return [...faults(schema, facet), ...faults(schema.replace(/#.*$/, ''), { [name]: facet })];
    }),
  );
}

let ajv: Ajv2020 | undefined;

function theAjv(): Ajv2020 {
  if (ajv !== undefined) return ajv;
  ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat('uri', (text: string) => URL.canParse(text));
  ajv.addFormat('date-time', (text: string) => z.iso.datetime().safeParse(text).success);
  ajv.addFormat('uuid', (text: string) => z.uuid().safeParse(text).success);
  const facets = readdirSync(join(SPEC, 'facets')).filter((name) => name.endsWith('.json'));
  for (const path of [
    join(SPEC, 'OpenLineage.json'),
    ...facets.map((name) => join(SPEC, 'facets', name)),
    'docs/lineage-facets.schema.json',
  ])
    ajv.addSchema(JSON.parse(readFileSync(path, 'utf8')) as object);
  return ajv;
}
