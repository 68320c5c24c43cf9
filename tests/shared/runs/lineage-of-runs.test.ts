import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { contractOf } from '../../../shared/contracts/registry.ts';
import { closePoisoned } from '../../../shared/pipeline/close-poisoned.ts';
import { artifactPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { aParRow, csvOf } from '../../support/file-rows.ts';
import { eventsIn, faultsOf, type LineageEvent } from '../../support/openlineage-spec.ts';
import { loansFile, MONTH_END, parFile } from '../../support/small-files.ts';

// What runs tell of themselves as OpenLineage events, in every way that a run can end.

const PAR = 'looker/loan_par_balances';
const CONTRACT = contractOf('loan_par_balances', 1);
const COLUMNS = CONTRACT?.columns.map(({ name }) => name) ?? [];
const STAGES = ['ingest', 'validate', 'compute', 'publish'];

let pipeline: Pipeline;
let good: RunRecord;
let lines: Readonly<Record<'good' | 'quarantined' | 'rejected' | 'unknown' | 'failed', string>>;

beforeAll(async () => {
  pipeline = await Pipeline.open();
  const others = {
    quarantined: await lineageOf(await quarantined()),
    rejected: await lineageOf(await rejected()),
    unknown: await lineageOf(await pipeline.takeThrough('maria-perez.csv', 'a,b\n1,2\n')),
    failed: await lineageOf(await failed()),
  };
  await pipeline.forget();
  await pipeline.takeThrough('looker/loans/loans.csv', loansFile('GOOD'));
  good = await pipeline.takeThrough(`${PAR}/good.csv`, parFile('GOOD').replace(',dpd,', ',Dias Mora,'));
  lines = { good: await lineageOf(good), ...others };
});

/** One row in two hundred has a balance below zero. */
async function quarantined(): Promise<RunRecord> {
  const rows = Array.from({ length: 200 }, (_, index) =>
    aParRow({
      loan_id_raw: `BAD-${index}`,
      reporting_date: MONTH_END,
      outstanding_balance: index === 7 ? '-1' : '1000',
      dpd: index === 8 ? '30' : '0',
    }),
  );
  return await pipeline.takeThrough(`${PAR}/quarantined.csv`, csvOf(rows));
}

async function rejected(): Promise<RunRecord> {
  return await pipeline.takeThrough(`${PAR}/rejected.csv`, parFile('REJ').replace(',dpd,', ',Maria Perez,'));
}

/** The stage after validation fails until its message is given up. */
async function failed(): Promise<RunRecord> {
  await pipeline.forget();
  await pipeline.drop(`${PAR}/failed.csv`, parFile('FAIL'));
  const outcome = await pipeline.announce(`${PAR}/failed.csv`);
  await pipeline.deliver(pipeline.next());
  const message = pipeline.next();
  const sql = { open: () => Promise.reject(new Error('Could not convert Maria Perez')) };
  await expect(pipeline.deliver(message, { ...pipeline.deps, sql })).rejects.toThrow('Maria Perez');
  await closePoisoned({ queue: message.stage, messageId: 'lineage', body: message }, pipeline.deps);
  return await pipeline.runOf(outcome);
}

async function lineageOf({ runId }: RunRecord): Promise<string> {
  return await pipeline.text('runs', artifactPath(runId, 'lineage.jsonl'));
}

const told = (text: string): string[] =>
  eventsIn(text).map(({ eventType, job }) => `${job.name.split('.').at(-1)} ${eventType}`);

function endOf(text: string, stage: string): LineageEvent {
  const found = eventsIn(text).find(
    ({ eventType, job }) => eventType !== 'START' && job.name.endsWith(`.${stage}`),
  );
  if (found === undefined) throw new Error(`nothing is told of ${stage}`);
  return found;
}

const namesOf = (datasets: LineageEvent['inputs']): string[] => datasets.map(({ name }) => name);

const fieldsOf = (dataset: LineageEvent['inputs'][number] | undefined): string[] => {
  const fields = dataset?.facets['schema']?.['fields'] as { name: string }[] | undefined;
  return fields?.map(({ name }) => name) ?? [];
};

type Origins = Record<string, { inputFields: { name: string; field: string; transformations?: object[] }[] }>;
const originsOf = (dataset: LineageEvent['inputs'][number] | undefined): Origins =>
  (dataset?.facets['columnLineage']?.['fields'] ?? {}) as Origins;

describe('lineage by the published schemas', () => {
  it.each(['good', 'quarantined', 'rejected', 'unknown', 'failed'] as const)(
    'is valid in every event of a run that is %s, down to each facet',
    (run) => {
      const faults = lines[run].trimEnd().split('\n').flatMap(faultsOf);

      expect(faults).toEqual([]);
    },
  );

  it('would not be if an event lacked what it needs', () => {
    const [first = ''] = lines.good.split('\n');

    expect(faultsOf(first.replace('"nominalStartTime"', '"start"'))).not.toEqual([]);
    expect(faultsOf(first.replace('"runId"', '"run_id"'))).not.toEqual([]);
  });
});

describe('the lineage of a run', () => {
  it('has every dataset on both sides, by the same names at the start and at the end', () => {
    for (const text of Object.values(lines)) {
      const events = eventsIn(text);
      const sides = events.map(({ inputs, outputs }) => [namesOf(inputs), namesOf(outputs)]);
      expect(sides.flat().every(({ length }) => length > 0)).toBe(true);
      expect(sides.filter((_, index) => index % 2 === 0)).toEqual(
        sides.filter((_, index) => index % 2 === 1),
      );
    }
  });

  it.each([
    ['good', STAGES.flatMap((stage) => [`${stage} START`, `${stage} COMPLETE`])],
    ['quarantined', STAGES.flatMap((stage) => [`${stage} START`, `${stage} COMPLETE`])],
    ['rejected', ['ingest START', 'ingest COMPLETE', 'validate START', 'validate FAIL']],
    ['unknown', ['ingest START', 'ingest FAIL']],
    [
      'failed',
      ['ingest', 'validate']
        .flatMap((stage) => [`${stage} START`, `${stage} COMPLETE`])
        .concat('compute START', 'compute FAIL'),
    ],
  ] as const)('that is %s blames the stage in which it ended, and no other', (run, expected) => {
    expect(told(lines[run])).toEqual(expected);
  });

  it('says why it failed in a code and counts, never in words of the file or of an error', () => {
    const why = (text: string, stage: string) => endOf(text, stage).run.facets['errorMessage']?.['message'];

    expect(why(lines.rejected, 'validate')).toBe(
      'missing-column in column dpd. The file was rejected; nothing was promoted. See docs/runbooks/missing-column.md.',
    );
    expect(why(lines.unknown, 'ingest')).toBe(
      'unknown-dataset. The file was rejected; nothing was promoted. See docs/runbooks/unknown-dataset.md.',
    );
    expect(why(lines.failed, 'compute')).toBe(
      'stage-failed: stage compute failed. The file was not judged to be wrong; nothing new was published. See docs/runbooks/stage-failed.md.',
    );
    for (const text of Object.values(lines)) expect(text.toLowerCase()).not.toMatch(/mar[ií]a|perez/);
  });

  it('leads from each staged column to the column of the file, by the name that the file has for it', () => {
    const { inputs, outputs } = endOf(lines.good, 'validate');
    const [raw] = inputs;
    const origins = originsOf(outputs[0]);

    expect(fieldsOf(outputs[0])).toEqual(['record_number', ...COLUMNS]);
    expect(fieldsOf(raw)).toEqual(COLUMNS.map((name) => (name === 'dpd' ? 'dias_mora' : name)));
    expect(Object.keys(origins)).toEqual(COLUMNS);
    expect(origins['dpd']?.inputFields).toMatchObject([
      { name: 'raw/looker_loan_par_balances', field: 'dias_mora', transformations: [{ masking: false }] },
    ]);
    for (const { inputFields } of Object.values(origins))
      for (const { field } of inputFields) expect(fieldsOf(raw)).toContain(field);
  });

  it('names the columns that the staged file has', async () => {
    const described = await pipeline.staged(
      good,
      (rows) => `SELECT column_name FROM (DESCRIBE SELECT * FROM ${rows})`,
    );

    expect(described.map((row) => row['column_name'])).toEqual(
      fieldsOf(endOf(lines.good, 'validate').outputs[0]),
    );
  });

  it('leads from each KPI to staged columns that are there', () => {
    const { inputs, outputs } = endOf(lines.good, 'compute');
    const [kpis] = outputs;
    const origins = originsOf(kpis);

    expect(namesOf(inputs).toSorted()).toEqual(['staging/looker_loan_par_balances', 'staging/looker_loans']);
    for (const [kpi, { inputFields }] of Object.entries(origins)) {
      expect(fieldsOf(kpis)).toContain(kpi);
      for (const { name, field } of inputFields)
        expect(fieldsOf(inputs.find((input) => input.name === name))).toContain(field);
    }
    expect(origins['risk.par_30']?.inputFields).toMatchObject([
      { name: 'staging/looker_loan_par_balances', field: 'outstanding_balance_usd' },
      { name: 'staging/looker_loan_par_balances', field: 'par_30_balance_usd' },
    ]);
  });

  it('counts what was read, written and set aside, and says which expectations were met', () => {
    const { inputs, outputs } = endOf(lines.quarantined, 'validate');
    const { dataQualityMetrics, dataQualityAssertions } = inputs[0]?.inputFacets ?? {};

    expect(dataQualityMetrics).toMatchObject({
      rowCount: 200,
      columnMetrics: { dpd_date: { nullCount: 198 } },
    });
    expect(dataQualityAssertions?.['assertions']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          assertion: 'not_null',
          column: 'dpd',
          success: true,
          params: { failing: 0 },
        }),
        expect.objectContaining({
          name: 'range:outstanding_balance_usd',
          success: false,
          params: { failing: 1 },
        }),
        expect.objectContaining({ name: 'tolerance', severity: 'error', success: true }),
      ]),
    );
    expect(
      outputs.map(({ name, outputFacets }) => [name, outputFacets['outputStatistics']?.['rowCount']]),
    ).toEqual([
      ['staging/looker_loan_par_balances', 199],
      ['quarantine/looker_loan_par_balances', 1],
    ]);
  });

  it('says by which contract, revision, book and catalogue it was worked, and for which day', async () => {
    const mart = await pipeline.martOf(good);
    const { run, job, inputs } = endOf(lines.good, 'compute');

    expect(inputs[0]?.facets['abaco_contract']).toMatchObject({ version: 1, mode: 'evolve' });
    expect(job.facets['sourceCodeLocation']).toMatchObject({
      path: 'shared/pipeline/compute.ts',
      version: 'unknown',
    });
    expect(existsSync(String(job.facets['sourceCodeLocation']?.['path']))).toBe(true);
    expect(run.facets['abaco_run']).toMatchObject({
      runId: good.runId,
      attempt: 1,
      inputSha256: good.sha256,
      bookId: mart.bookId,
      catalogSha256: mart.catalogSha256,
    });
    expect(run.facets['nominalTime']).toMatchObject({ nominalStartTime: `${good.asOf}T00:00:00Z` });
  });

  it('is short where a stage begins, and some kilobytes where it ends', () => {
    const lengths = lines.good
      .trimEnd()
      .split('\n')
      .map(({ length }) => length);

    expect(Math.max(...lengths.filter((_, index) => index % 2 === 0))).toBeLessThan(2_000);
    expect(Math.max(...lengths)).toBeLessThan(50_000);
  });
});
