import { z } from 'zod';
import { Month, monthBefore, monthOf, spanOf } from '../compliance/compliance-month.ts';
import type { Clock } from '../ports/clock.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { PersonsAccess } from './persons-access.ts';
import { numbersOfSpan, tellRecords } from './records-of-span.ts';
import { whatIsUnusual } from './unusual-access.ts';

// Who did what and looked at what in a month, by person and by what it was about, and what is unusual in it: held against
// the three months before. Persons are as the record has them: a principal that App Service vouches for, or a function
// key with the name that its holder gave.

const Count = z.int().nonnegative();
const About = z.object({ about: z.string(), acts: Count, looks: Count });

export type AccessReport = z.infer<typeof AccessReport>;
export const AccessReport = z.object({
  month: Month,
  isOver: z.boolean(),
  comparedWith: z.object({ from: z.iso.datetime(), to: z.iso.datetime(), records: Count }),
  people: z.array(
    z.object({
      person: z.string(),
      key: z.string().optional(),
      acts: Count,
      looks: Count,
      refused: Count.describe('Answered with an error, such as that there is no such thing'),
      withoutPurpose: Count.describe('Acts that name neither reason nor ticket'),
      withoutTicket: Count.describe('Acts that name no ticket'),
      withoutOutcome: Count.describe('Acts over which a process died'),
      about: z.array(About),
      unusual: z.array(z.string()),
    }),
  ),
  about: z
    .array(About.extend({ people: z.array(z.string()) }))
    .describe('Datasets, KPIs, tables and views; for the rest the route'),
  notRead: Count.describe('Records beyond those that one report reads'),
});

const MONTHS_BEFORE = 3;
/** For one report. Those of its own month come first, and the oldest of those that it is held against last. */
const MOST_READ = 200_000;

type Deps = { readonly lake: Lake; readonly ledger: RunLedger; readonly clock: Clock };

/** Undefined for a month that is to come. */
export async function accessReport(
  month: Month,
  deps: Deps,
  mostRead = MOST_READ,
): Promise<AccessReport | undefined> {
  const current = monthOf(deps.clock.now());
  if (month > current) return undefined;
  const { from, to } = spanOf(month);
  const before = monthsBefore(month).map(spanOf);
  const comparedFrom = before.at(-1)?.from ?? from;
  const datasets = new Map((await deps.ledger.list()).map(({ runId, dataset }) => [runId, dataset]));
  const own = new PersonsAccess(datasets);
  const earlier = before.map(() => new PersonsAccess(datasets));
  const numbers = await numbersOfSpan({ from: comparedFrom, to }, deps.lake);
  await tellRecords(numbers.slice(-mostRead), deps.lake, (record) => {
    if (record.at >= from) own.add(record, to);
    else earlier.find((_, index) => record.at >= (before[index]?.from ?? ''))?.add(record, from);
  });
  const months = { own: own.people(), earlier: earlier.map((one) => one.people()) };
  const people = months.own.map((person) => ({ ...person, unusual: [...whatIsUnusual(person, months)] }));
  const records = earlier.reduce((sum, one) => sum + one.records, 0);
  return AccessReport.parse({
    month,
    isOver: month < current,
    comparedWith: { from: comparedFrom, to: from, records },
    people: people.toSorted(
      (a, b) => b.unusual.length - a.unusual.length || a.person.localeCompare(b.person),
    ),
    about: own.about(),
    notRead: Math.max(0, numbers.length - mostRead),
  });
}

/** The newest first. */
function monthsBefore(month: Month): readonly Month[] {
  const months: Month[] = [];
  for (let at = month; months.length < MONTHS_BEFORE; ) months.push((at = monthBefore(at)));
  return months;
}
