import { TableClient } from '@azure/data-tables';
import { beforeAll, expect, it } from '@jest/globals';
import { provisionStorage } from '../../../../local/provision.ts';
import { TableQualityLog } from '../../../../shared/adapters/azure/table-quality-log.ts';
import { DatasetId } from '../../../../shared/domain/ids.ts';
import type { QualityEntry } from '../../../../shared/ports/quality-log.ts';
import { anExpectationResult, aQualityEntry, aRunId } from '../../../support/a-quality-entry.ts';
import { takeStorageAccount } from '../../../support/emulator.ts';

let log: TableQualityLog;
let broken: TableQualityLog;
beforeAll(async () => {
  const storage = await takeStorageAccount();
  await provisionStorage(storage);
  const at = (connection: string): TableQualityLog =>
    new TableQualityLog(
      TableClient.fromConnectionString(connection, 'quality', { allowInsecureConnection: true }),
    );
  log = at(storage);
  broken = at(await takeStorageAccount());
});

const day = (n: number) => `2026-01-${String(n).padStart(2, '0')}T06:00:00.000Z`;

/** Entries of a contract that no other test has. */
const entriesOf = (contract: string, days: readonly number[]): QualityEntry[] =>
  days.map((n) => aQualityEntry({ contract, runId: aRunId(n), landedAt: day(n) }));

async function recordAll(entries: readonly QualityEntry[]): Promise<void> {
  for (const entry of entries) await log.record(entry);
}

const of = (contract: string, dataset = 'looker/loans') => ({ dataset: DatasetId.parse(dataset), contract });

it('gives back what was recorded, the file that landed last first', async () => {
  const [first, second, third] = entriesOf('ordered', [1, 2, 3]);

  await recordAll([second, third, first].flatMap((entry) => entry ?? []));

  expect(await log.history(of('ordered'), 10)).toEqual([third, second, first]);
});

it('gives no more than was asked for, over several pages', async () => {
  await recordAll(entriesOf('limited', [1, 2, 3, 4, 5]));

  const runs = async (limit: number) =>
    (await log.history(of('limited'), limit)).map(({ landedAt }) => landedAt);

  expect(await runs(2)).toEqual([day(5), day(4)]);
  expect(await runs(99)).toHaveLength(5);
  expect(await runs(0)).toEqual([]);
});

it('looks back from an earlier day as if the later files were not there', async () => {
  await recordAll(entriesOf('earlier', [1, 2, 3, 4]));

  const history = await log.history(of('earlier'), 2, day(3));

  expect(history.map(({ landedAt }) => landedAt)).toEqual([day(3), day(2)]);
});

it('keeps one entry for each run, that of its newest attempt, in whatever order they come', async () => {
  const entry = aQualityEntry({ contract: 'again' });
  const second = { ...entry, attempt: 2, score: '60.0' };

  await log.record(entry);
  await log.record({ ...entry, at: '2026-01-05T09:00:00.000Z', score: '50.0' });
  expect((await log.history(of('again'), 10)).map(({ score }) => score)).toEqual(['50.0']);

  await log.record(second);
  await log.record(entry);
  expect(await log.history(of('again'), 10)).toEqual([second]);
});

it('is not filled up by the attempts of one run', async () => {
  const [before] = entriesOf('crowded', [1]);
  const own = aQualityEntry({ contract: 'crowded', runId: aRunId(2), landedAt: day(2) });
  if (before !== undefined) await log.record(before);
  for (let attempt = 1; attempt <= 5; attempt += 1) await log.record({ ...own, attempt });

  expect(await log.history(of('crowded'), 2)).toEqual([{ ...own, attempt: 5 }, before]);
});

it('moves a run whose file was dropped again to where that landed, and not back', async () => {
  const first = aQualityEntry({ contract: 'moved', landedAt: day(1) });
  const later = { ...first, attempt: 2, landedAt: day(9) };

  await recordAll([first, later, first]);

  expect(await log.history(of('moved'), 10)).toEqual([later]);
});

it('ends with the newest attempt, when many are recorded at the same time', async () => {
  const attempts = Array.from({ length: 6 }, (_, index) =>
    aQualityEntry({ contract: 'raced', attempt: index + 1, landedAt: day(index < 3 ? 1 : 2) }),
  );

  await Promise.all(attempts.toReversed().map((entry) => log.record(entry)));

  expect(await log.history(of('raced'), 10)).toEqual(attempts.slice(-1));
});

it('keeps contracts and datasets apart', async () => {
  await log.record(aQualityEntry({ contract: 'apart' }));
  await log.record(aQualityEntry({ contract: 'apart_too' }));
  await log.record(aQualityEntry({ ...of('apart', 'cascade/loan_tape') }));

  expect(await log.history(of('apart'), 10)).toHaveLength(1);
  expect(await log.history(of('apart', 'cascade/loan_tape'), 10)).toHaveLength(1);
  expect(await log.history(of('apart', 'looker/other'), 10)).toEqual([]);
});

it('keeps names that a key could not hold', async () => {
  const entry = aQualityEntry({ contract: "a/b\\c#d?é%20'x" });

  await log.record(entry);

  expect(await log.history(entry, 10)).toEqual([entry]);
});

it('keeps an entry that is too long for one property, in any script', async () => {
  const results = Array.from({ length: 300 }, (_, index) =>
    anExpectationResult({ id: `range:c${index}`, about: `crédito ${index} `.repeat(20) }),
  );
  const entry = aQualityEntry({ contract: 'long', results });
  expect(JSON.stringify(entry).length).toBeGreaterThan(100_000);

  await log.record(entry);
  expect(await log.history(of('long'), 1)).toEqual([entry]);

  await log.record({ ...entry, results: [] });
  expect(await log.history(of('long'), 1)).toEqual([{ ...entry, results: [] }]);
});

it('refuses an entry that the table would not hold', async () => {
  const results = [anExpectationResult({ about: 'x'.repeat(400_000) })];

  await expect(log.record(aQualityEntry({ results }))).rejects.toThrow(RangeError);
});

it('throws when storage itself is not as it should be', async () => {
  await expect(broken.record(aQualityEntry())).rejects.toMatchObject({ name: 'RestError' });
  await expect(broken.history(of('loans'), 1)).rejects.toMatchObject({ name: 'RestError' });
});
