import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Manifest, MaskedSample } from '../../../shared/runs/documents.ts';
import { artifactPath } from '../../../shared/runs/run-paths.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { csvOf } from '../../support/file-rows.ts';
import {
  customersOf,
  exampleOf,
  loanIds,
  loansOf,
  parOf,
  realPaymentsOf,
} from '../../support/related-files.ts';

// What of a person's data leaves the raw file: nothing that names anybody, whatever column it came in.

const TOKEN = /^v1:[\w-]{22}$/;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});
beforeEach(() => pipeline.forget());

describe('a column that the contract does not know', () => {
  it.each([
    ['its name says so', 'Nombre del cliente', ['Anastasia Q.', 'Leocadio R.']],
    ['it holds e-mail addresses', 'contact', ['ana@example.org', '']],
    ['it holds identity numbers', 'reference', ['00016297-5', 'see above']],
  ])('has the file refused when %s, and none of its cells is repeated', async (why, column, cells) => {
    const body = csvOf(
      loanRows().map((row, index) => ({ ...row, [column]: cells[index % cells.length] ?? '' })),
    );

    const run = await pipeline.takeThrough(`looker/loans/${why}.csv`, body);

    expect(run).toMatchObject({ status: 'rejected', stage: 'validate' });
    expect(run.problems[0]).toMatchObject({ code: 'undeclared-personal-data', severity: 'error', column });
    expect(run.problems[0]?.message).toContain('Nothing was promoted. Remove the column from the export');
    expect(await pipeline.deps.registry.all()).toEqual([]);
    expect(await pipeline.paths('staging', `looker/loans/as_of=`)).not.toContainEqual(
      expect.stringContaining(run.runId),
    );
    const written = await everythingWritten(run);
    for (const cell of cells.filter((text) => text !== '')) expect(written).not.toContain(cell);
  });

  it('is only named when it holds nothing of the kind', async () => {
    const body = csvOf(loanRows().map((row, index) => ({ ...row, branch: `Branch ${index % 3}` })));

    const run = await pipeline.takeThrough('looker/loans/branch.csv', body);

    expect(run.status).toBe('success');
    expect(run.problems).toContainEqual(expect.objectContaining({ code: 'unexpected-column' }));
  });
});

describe('free text that a contract says names nobody', () => {
  it('has the file refused when there is an address in it', async () => {
    const rows = Array.from({ length: 60 }, (_, index) =>
      exampleOf('meta_insights', {
        campaign_id: String(index),
        campaign_name: index === 31 ? 'for ana@example.org' : 'Factoring',
      }),
    );

    const run = await pipeline.takeThrough('meta/insights/campaigns.csv', csvOf(rows));

    expect(run.problems[0]).toMatchObject({ code: 'undeclared-personal-data', column: 'campaign_name' });
    expect(await everythingWritten(run)).not.toContain('ana@example.org');
  });
});

describe('names in columns that are declared', () => {
  it('are tokens in staging, the same ones for the same person, while ids stay as they are', async () => {
    const run = await pipeline.takeThrough(
      'looker/historic_real_payments/real.csv',
      realPaymentsOf(loanIds(60)),
    );

    const [row] = await pipeline.staged(
      run,
      (rows) =>
        `SELECT min(cliente) AS cliente, count(DISTINCT cliente)::INTEGER AS customers, min(pagador) AS pagador,
                min(loan_id) AS loan_id FROM ${rows}`,
    );

    expect(run.status).toBe('success');
    expect(row).toMatchObject({
      cliente: expect.stringMatching(TOKEN),
      pagador: expect.stringMatching(TOKEN),
      customers: 1,
      loan_id: 'DSB0001-001',
    });
    expect(row?.['cliente']).not.toBe(row?.['pagador']);
    const staged = (await pipeline.bytes('staging', run.stagingPath ?? '')).toString('latin1');
    expect(staged).not.toMatch(/Example (Trading|Payer)/);
    expect(await everythingWritten(run)).not.toMatch(/Example (Trading|Payer)|DSB00/);
    expect(run.phases.transformation?.maskedColumns).toEqual(expect.arrayContaining(['cliente', 'pagador']));
  });

  it('share their tokens between datasets, so that they still join', async () => {
    const real = await pipeline.takeThrough(
      'looker/historic_real_payments/joined.csv',
      realPaymentsOf(loanIds(3)),
    );
    const map = await pipeline.takeThrough(
      'manual/payor_map/joined.csv',
      csvOf([exampleOf('payor_map', { payor_name: ' EXAMPLE  payer ' })]),
    );

    const [payer] = await pipeline.staged(real, (rows) => `SELECT min(pagador) AS name FROM ${rows}`);
    const [mapped] = await pipeline.staged(map, (rows) => `SELECT payor_name AS name FROM ${rows}`);

    expect(payer?.['name']).toMatch(TOKEN);
    expect(mapped).toEqual(payer);
  });

  it('are masked where they describe a person, whatever type they have', async () => {
    const run = await pipeline.takeThrough('looker/customers/customers.csv', customersOf(5));

    const [row] = await pipeline.staged(
      run,
      (rows) => `SELECT income, geography_city, customer_id FROM ${rows} LIMIT 1`,
    );

    expect(row).toEqual({
      income: expect.stringMatching(TOKEN),
      geography_city: expect.stringMatching(TOKEN),
      customer_id: 'CLI1000',
    });
  });
});

describe('the sample of a file', () => {
  it('shows its first twenty rows with tokens for ids, and is among the files of the manifest', async () => {
    const run = await pipeline.takeThrough('looker/loans/sampled.csv', loansOf(loanIds(30)));

    const sample = MaskedSample.parse(
      await pipeline.json('runs', artifactPath(run.runId, 'masked_sample.json')),
    );
    const manifest = Manifest.parse(await pipeline.json('runs', artifactPath(run.runId, 'manifest.json')));

    expect(sample.rows.map(({ record }) => record)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    const at = (name: string): number => sample.columns.indexOf(name);
    for (const { cells } of sample.rows) {
      for (const name of ['loan_id', 'customer_id', 'location_state_province'])
        expect(cells[at(name)]).toMatch(TOKEN);
      expect(cells[at('disburse_principal')]).toBe('1000.00');
      expect(cells[at('currency')]).toBe('USD');
    }
    expect(JSON.stringify(sample)).not.toMatch(/DSB|CLI1|San Salvador/);
    const names = manifest.files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['masked_sample.json', 'validation_report.html']));
  });

  it('has as many rows as the file where those are fewer, and leaves out what was set aside', async () => {
    await pipeline.takeThrough('looker/loans/loans.csv', loansOf(loanIds(400)));
    const run = await pipeline.takeThrough(
      'looker/loan_par_balances/par.csv',
      parOf(['ABT - DSB9999-001', ...loanIds(400)]),
    );

    const sample = MaskedSample.parse(
      await pipeline.json('runs', artifactPath(run.runId, 'masked_sample.json')),
    );

    expect(run).toMatchObject({ status: 'success', rejectedRows: 1 });
    expect(sample.rows.map(({ record }) => record)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 2),
    );
  });

  it('is not there when the file was rejected', async () => {
    const run = await pipeline.takeThrough('looker/loans/nothing.csv', 'loan_id,dpd\nX,1\n');

    expect(await pipeline.paths('runs', `${run.runId}/masked_sample`)).toEqual([]);
    expect(await pipeline.paths('runs', `${run.runId}/validation_report.html`)).toHaveLength(1);
  });
});

function loanRows(): Record<string, string>[] {
  const [header = '', ...lines] = loansOf(loanIds(100)).trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/** Every document of the run that a person may open, its rejected rows, and what was logged. */
async function everythingWritten(run: RunRecord): Promise<string> {
  const texts = [JSON.stringify(run), JSON.stringify(pipeline.logged)];
  for (const path of await pipeline.paths('runs', `${run.runId}/`))
    texts.push(await pipeline.text('runs', path));
  for (const path of await pipeline.paths('quarantine', `${run.runId}/`))
    texts.push(await pipeline.text('quarantine', path));
  return texts.join('\n');
}
