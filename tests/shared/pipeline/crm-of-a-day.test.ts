import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, LocalDate } from '../../../shared/domain/local-date.ts';
import { parseCatalog } from '../../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../../shared/kpis/catalog-assets.ts';
import type { KpiMart } from '../../../shared/kpis/kpi-result.ts';
import { newestMart } from '../../../shared/pipeline/newest-mart.ts';
import { recomputeDay } from '../../../shared/pipeline/recompute-day.ts';
import { rollBack } from '../../../shared/pipeline/roll-back.ts';
import { rolledBackFiles } from '../../../shared/pipeline/rolled-back-files.ts';
import type { RunRecord } from '../../../shared/runs/run-record.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { ChaoticBus } from '../../support/chaotic-bus.ts';
import { howMany } from '../../support/how-many.ts';
import { exampleOf, loanIds, loansOf, realPaymentsOf } from '../../support/related-files.ts';

// Reference data of a day: a file of the CRM is in the books of its day and of later ones until there is a newer one, and
// nothing is computed of it alone.

/** Only ends a test that hangs: a busy machine may take its time. */
const GENEROUS_MS = 600_000;
const IDS = loanIds(3);
const FIRST = LocalDate.parse('2025-11-26');
const day = (nth: number): LocalDate => addDays(FIRST, nth);
const { cliente: CUSTOMER = '' } = exampleOf('historic_real_payments');

type File = { readonly path: string; readonly body: string };
const loans = (nth: number): File => ({
  path: `looker/loans/loans_${day(nth)}.csv`,
  body: loansOf(IDS, day(nth)),
});
const PAYMENTS: File = {
  path: 'looker/historic_real_payments/real.csv',
  body: realPaymentsOf(IDS, addDays(FIRST, -20)),
};
/** One customer of ours among as many companies. */
const companies = (nth: number, count: number): File => ({
  path: `hubspot/companies/companies_${day(nth)}.json`,
  body: JSON.stringify({
    results: Array.from({ length: count }, (_, index) => ({
      id: String(index + 1),
      properties: {
        name: index === 0 ? CUSTOMER : `Invented ${index}`,
        domain: null,
        industry: null,
        createdate: null,
      },
    })),
  }),
});

/** The KPI that reads the CRM, over the shipped models. */
const catalog = async () => {
  const whole = parseCatalog(await readCatalogAssets());
  return { ...whole, kpis: whole.kpis.filter(({ id }) => id === 'mkt.crm_coverage'), former: [], tables: [] };
};

let pipeline: Pipeline;
beforeAll(async () => {
  const read = await catalog();
  pipeline = await Pipeline.open({ catalog: () => Promise.resolve(read) });
});
beforeEach(() => pipeline.forget());

const take = ({ path, body }: File, metadata: Record<string, string> = {}): Promise<RunRecord> =>
  pipeline.takeThrough(path, body, metadata);

/** `1/4`: one of four companies is a customer; else why it is not known. */
function coverageIn({ kpis }: KpiMart): string | undefined {
  const [kpi] = kpis;
  return kpi?.reason ?? `${kpi?.numerator}/${kpi?.denominator}`;
}

/** What the book of a day shows, as it was computed last. */
async function coverageOf(nth: number): Promise<string | undefined> {
  const found = await newestMart({ asOf: day(nth) }, pipeline.deps);
  return found && coverageIn(found.mart);
}

async function asked(nth: number): Promise<string | undefined> {
  const outcome = await recomputeDay({ asOf: day(nth), grain: 'month' }, pipeline.deps);
  return outcome.kind === 'computed' ? coverageIn(outcome.mart) : outcome.reason;
}

async function attempts(): Promise<number> {
  return (await pipeline.deps.ledger.list()).reduce((sum, { attempt }) => sum + attempt, 0);
}

async function takeBack({ runId }: RunRecord) {
  const outcome = await rollBack({ runId, by: 'ana', reason: 'cut short', dryRun: false }, pipeline.deps);
  if (outcome.kind !== 'started') throw new Error(outcome.kind);
  pipeline.queue.push(...outcome.next);
  await pipeline.runDry();
  return outcome.plan;
}

describe('a file of the CRM', () => {
  it('has the day of its name or of its drop, and no KPIs of its own', async () => {
    const byName = await take(companies(0, 4));
    const byDrop = await take({ ...companies(0, 5), path: 'hubspot/companies/all.json' }, { asof: day(1) });

    const ended = { status: 'success', contractVersion: 2, attempt: 1 };
    expect(byName).toMatchObject({ ...ended, asOf: day(0) });
    expect(byDrop).toMatchObject({ ...ended, asOf: day(1) });
    expect([byName.bookId, byDrop.bookId]).toEqual([undefined, undefined]);
    expect(await pipeline.paths('marts', `kpis/as_of=${day(1)}/`)).toEqual([]);
    expect(await pipeline.json('runs', 'latest/hubspot/hubspot_companies.json')).toMatchObject({
      asOf: day(1),
      runId: byDrop.runId,
    });
  });

  it('is refused without a day, which is never that of the clock', async () => {
    const run = await take({ ...companies(0, 4), path: 'hubspot/companies/all.json' });

    expect(run).toMatchObject({
      status: 'rejected',
      problems: [
        {
          code: 'no-as-of',
          message: expect.stringMatching(/^Files of contract hubspot_companies@2 do not say which day/),
        },
      ],
    });
  });

  it('does not make its day the newest one of the product', async () => {
    const book = await take(loans(0));

    const crm = await take(companies(2, 4));

    expect((await newestMart({}, pipeline.deps))?.run.runId).toBe(book.runId);
    expect(await asked(2)).toMatch(`There is no data after ${day(0)}`);
    expect(await pipeline.run(book.runId)).toEqual(book);
    await take(loans(1));
    expect(await pipeline.run(crm.runId)).toEqual(crm);
  });

  it('is missing by name in a book before it', async () => {
    await take(PAYMENTS);
    await take(loans(0));

    await take(companies(1, 4));

    const reason = `needs hubspot/companies, which is not in the book as of ${day(0)}`;
    expect(await coverageOf(0)).toBe(reason);
    expect(await asked(0)).toBe(reason);
  });
});

describe('a book', () => {
  it('has the newest file of the CRM that is not after its day, and names its day', async () => {
    for (const file of [PAYMENTS, companies(0, 4), companies(2, 5), loans(1), loans(3)]) await take(file);

    expect([await coverageOf(1), await coverageOf(3)]).toEqual(['1/4', '1/5']);
    const shown = await newestMart({ asOf: day(1) }, pipeline.deps);
    expect(shown?.mart.book).toContainEqual(
      expect.objectContaining({ relation: 'hubspot_companies', asOf: day(0), contractVersion: 2 }),
    );
    // A day without a loan file of its own.
    expect([await asked(0), await asked(2)]).toEqual(['1/4', '1/5']);
  });

  it('of a past day does not change when the CRM does', async () => {
    for (const file of [PAYMENTS, companies(0, 4), loans(0)]) await take(file);
    const before = await newestMart({ asOf: day(0) }, pipeline.deps);

    for (const file of [companies(1, 5), loans(1), companies(2, 6)]) await take(file);

    expect(await newestMart({ asOf: day(0) }, pipeline.deps)).toEqual(before);
    expect([await asked(0), await asked(1)]).toEqual(['1/4', '1/5']);
  });

  it('is computed once more a night, however many books there are, also for a state that comes back', async () => {
    await take(PAYMENTS);
    const perNight: number[] = [];
    for (const [nth, count] of [4, 5, 4].entries()) {
      await take(loans(nth));
      const before = await attempts();
      await take(companies(nth, count));
      perNight.push((await attempts()) - before);
    }

    // The file itself, and the book of its day.
    expect(perNight).toEqual([2, 2, 2]);
    const shown = await Promise.all([0, 1, 2].map(coverageOf));
    expect(shown).toEqual(['1/4', '1/5', '1/4']);
  });

  it(
    'has the file of a day that landed last, also when it came before',
    async () => {
      for (const file of [PAYMENTS, loans(0)]) await take(file);
      for (const [nth, count] of [4, 5, 4].entries()) {
        const landed = await take({
          ...companies(0, count),
          path: `hubspot/companies/${nth}_${day(0)}.json`,
        });
        await pipeline.landLaterThan(landed);
      }

      expect(await coverageOf(0)).toBe('1/4');
    },
    GENEROUS_MS,
  );
});

describe('whatever the order of arrival', () => {
  const FILES = [
    PAYMENTS,
    ...[0, 1, 2].map(loans),
    // The same content on the first day and on the last.
    ...[4, 5, 4].map((count, nth) => companies(nth, count)),
  ];
  const anew = () => Pipeline.open({ catalog: pipeline.deps.catalog });
  const ending = async ({ deps }: Pipeline) =>
    (await deps.ledger.list())
      .map(({ runId, dataset, asOf, status, bookId }) => [dataset, asOf, status, bookId, runId].join(' '))
      .toSorted();
  let calm: readonly string[];
  beforeAll(async () => {
    const ordered = await anew();
    for (const { path, body } of FILES) await ordered.takeThrough(path, body);
    calm = await ending(ordered);
  }, GENEROUS_MS);

  it(
    'all ends in the same books',
    async () => {
      const order = fc.shuffledSubarray(FILES, { minLength: FILES.length, maxLength: FILES.length });
      await fc.assert(
        fc.asyncProperty(order, async (files) => {
          const shuffled = await anew();
          for (const { path, body } of files) await shuffled.takeThrough(path, body);

          expect(await ending(shuffled)).toEqual(calm);
        }),
        { seed: 20_251_126, numRuns: howMany(3, 1) },
      );
    },
    GENEROUS_MS,
  );

  it(
    'all ends in the same books when messages come twice, late, and to processes that die',
    async () => {
      const chaotic = await anew();
      for (const { path, body } of FILES) await chaotic.drop(path, body);

      await new ChaoticBus(chaotic, FILES, { seed: 7 }).runOut();

      expect(await ending(chaotic)).toEqual(calm);
    },
    GENEROUS_MS,
  );
});

describe('a file of the CRM that is rolled back', () => {
  it('leaves the books of its day and later to the file before', async () => {
    for (const file of [PAYMENTS, companies(0, 4), loans(0), loans(1)]) await take(file);
    const wrong = await take(companies(1, 1));
    expect(await coverageOf(1)).toBe('1/1');
    const untouched = await newestMart({ asOf: day(0) }, pipeline.deps);

    const plan = await takeBack(wrong);

    const [book] = await pipeline.deps.ledger
      .list()
      .then((runs) => runs.filter(({ dataset, asOf }) => dataset === 'looker/loans' && asOf === day(1)));
    expect(plan).toMatchObject({
      asOf: day(1),
      standsInstead: { asOf: day(0) },
      publishedAgain: [book?.runId],
    });
    expect(await coverageOf(1)).toBe('1/4');
    expect(await newestMart({ asOf: day(0) }, pipeline.deps)).toEqual(untouched);
  });

  it('stays so when the CRM brings the same the next day, and not for a day before', async () => {
    await take(PAYMENTS);
    const wrong = await take(companies(1, 1));
    await takeBack(wrong);

    const next = await take(companies(2, 1));
    const before = await take(companies(0, 1));

    expect(next).toMatchObject({ status: 'canceled', rolledBack: { by: 'ana', reason: 'cut short' } });
    expect(before).toMatchObject({ status: 'success', asOf: day(0) });
    // Told once, of the day that the operator spoke of.
    const book = await pipeline.martOf(await take(loans(2)));
    expect(await rolledBackFiles(book, pipeline.deps)).toEqual([
      expect.objectContaining({ runId: wrong.runId, asOf: day(1), by: 'ana' }),
    ]);
  });

  it('takes the same content of later days with it, and leaves that of a day before', async () => {
    const before = await take(companies(0, 4));
    const wrong = await take(companies(1, 4));
    const after = await take(companies(2, 4));

    const plan = await takeBack(wrong);

    expect(plan.sameContent).toEqual([after.runId]);
    const states = await Promise.all(
      [before, wrong, after].map(async ({ runId }) => (await pipeline.run(runId)).status),
    );
    expect(states).toEqual(['success', 'canceled', 'canceled']);
  });
});
