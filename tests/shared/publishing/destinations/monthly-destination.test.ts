import { beforeEach, describe, expect, it } from '@jest/globals';
import { LocalDate } from '../../../../shared/domain/local-date.ts';
import type { KpiMart } from '../../../../shared/kpis/kpi-result.ts';
import { planDayDeliveries } from '../../../../shared/pipeline/deliver.ts';
import { subjectId } from '../../../../shared/ports/deliveries.ts';
import { Mail } from '../../../../shared/ports/mailer.ts';
import type { Sheet } from '../../../../shared/ports/workbook-writer.ts';
import { monthlyByEmail } from '../../../../shared/publishing/destinations/monthly-destination.ts';
import { SharedCircuit } from '../../../../shared/resilience/shared-circuit.ts';
import { aKpiMart, aKpiResult, aRun } from '../../../support/a-kpi-mart.ts';
import { Pipeline } from '../../../support/a-pipeline.ts';

// A first of January that is a Thursday, and the book of a-kpi-mart.ts, whose newest month is December 2025.

const NEW_YEAR = LocalDate.parse('2026-01-01');
const TO = ['investors@abaco.example'];

let mart: KpiMart | undefined;
let sheets: readonly Sheet[];
let sent: { readonly mail: Mail; readonly to: readonly string[] }[];
let pipeline: Pipeline;
let monthly: ReturnType<typeof monthlyByEmail>;
beforeEach(async () => {
  mart = aKpiMart();
  sheets = [];
  sent = [];
  pipeline = await Pipeline.open();
  const { lake } = pipeline.deps;
  const report = `as_of=2025-12-31/${aRun().runId}.html`;
  await lake.write('reports', report, '<!doctype html><p>the report</p>');
  monthly = monthlyByEmail(
    { to: TO, publicUrl: 'https://abaco.example' },
    {
      lake,
      newest: async () => mart && { run: aRun(), mart },
      workbook: async (written) => {
        sheets = written;
        return Buffer.from('a workbook');
      },
      mailer: { send: async (mail, to) => void sent.push({ mail, to }) },
      circuit: new SharedCircuit({ name: 'email', opensAfter: 3, retryAfterMs: 1 }, pipeline.deps),
    },
  );
});

const mailOf = async (day = NEW_YEAR): Promise<Mail> => {
  const content = await monthly.render({ kind: 'day', day });
  return Mail.parse(JSON.parse(content?.body ?? 'null'));
};

describe('the report of a month', () => {
  it('has each number beside those of the month and the year before', async () => {
    const { subject, text } = await mailOf();

    expect(subject).toMatch(/^Loan book, December 2025: \d+ critical, \d+ warnings$/);
    expect(text).toContain(
      '- PAR 90 is 5.40 %: critical, above 5 %; November 2025 4.80 %; December 2024 2.97 %',
    );
    expect(text).toContain('https://abaco.example/api/dashboard');
    expect(text).toContain(`Run ${aRun().runId}`);
  });

  it('is of the month that is over, whatever has come since', async () => {
    const { subject, text } = await mailOf(LocalDate.parse('2025-12-01'));

    expect(subject).toContain('November 2025');
    expect(text).toContain(
      '- PAR 90 is 4.80 %: warning, above 3 %; October 2025 4.55 %; November 2024 2.85 %',
    );
  });

  it('says why a number that comes first has none', async () => {
    const reason = 'needs looker/historic_real_payments';
    const none = {
      value: null,
      numerator: null,
      denominator: null,
      status: 'not-computable',
      reason,
    } as const;
    mart = aKpiMart({ kpis: [aKpiResult({ id: 'risk.collection_rate', name: 'Collection rate', ...none })] });

    const { text } = await mailOf();

    expect(text).toContain(`- Collection rate is not computable: ${reason}\n`);
  });

  it('says when the month has no numbers yet', async () => {
    const { text, attachments } = await mailOf(LocalDate.parse('2026-02-02'));

    expect(text).toContain('There are no numbers of January 2026 yet.');
    expect(attachments).toHaveLength(2);
  });

  it('brings the report and a workbook of the whole book: no part of it, and no payer', async () => {
    mart = aKpiMart({ breakdowns: [aKpiResult({ dimension: { payer: 'v1:token' } })] });

    const { attachments } = await mailOf();

    expect(attachments.map(({ name }) => name)).toEqual(['report_2025-12-31.html', 'kpis_2025-12-31.xlsx']);
    expect(sheets.map(({ name }) => name)).toEqual(['kpis', 'series', 'quarters', 'former']);
    expect(JSON.stringify(sheets)).not.toContain('v1:token');
  });

  it('goes to its own list', async () => {
    const subject = { kind: 'day', day: NEW_YEAR } as const;
    const content = await monthly.render(subject);
    if (content === undefined) throw new Error('there was nothing to tell');

    await monthly.send(content, subject);

    expect(sent).toMatchObject([{ to: TO, mail: { subject: expect.stringContaining('December 2025') } }]);
  });

  it('is nothing as long as there are no numbers at all', async () => {
    mart = undefined;

    expect(await monthly.render({ kind: 'day', day: NEW_YEAR })).toBeUndefined();
  });

  it('is planned on the first working day of a month, and on no other', async () => {
    const deps = { ...pipeline.deps, destinations: [monthly] };

    for (const day of ['2026-07-31', '2026-08-01', '2026-08-03', '2026-08-04', '2026-08-10'])
      await planDayDeliveries(LocalDate.parse(day), deps);

    expect((await deps.deliveries.all()).map(({ subject }) => subject)).toEqual([
      { kind: 'day', day: '2026-08-03' },
    ]);
  });

  it('is planned on a day after it where that was not possible, once, and not in the middle of a month', async () => {
    const deps = { ...pipeline.deps, destinations: [monthly] };
    const plannedOn = async (day: string) => {
      await planDayDeliveries(LocalDate.parse(day), deps);
      return (await deps.deliveries.all()).map(({ subject }) => subjectId(subject));
    };

    expect(await plannedOn('2026-07-07')).toEqual([]);
    expect(await plannedOn('2026-08-05')).toEqual(['2026-08-03']);
    expect(await plannedOn('2026-08-08')).toEqual(['2026-08-03']);
    expect(await plannedOn('2026-09-01')).toEqual(['2026-08-03', '2026-09-01']);
  });
});
