import { beforeAll, expect, it, jest } from '@jest/globals';
import { LocalDate } from '../../../shared/domain/local-date.ts';
import { martJson } from '../../../shared/kpis/mart-files.ts';
import { type DatedRun, MartShelf } from '../../../shared/pipeline/mart-shelf.ts';
import type { Lake } from '../../../shared/ports/lake.ts';
import { martPath } from '../../../shared/runs/run-paths.ts';
import { aKpiMart, aRun } from '../../support/a-kpi-mart.ts';
import { Pipeline } from '../../support/a-pipeline.ts';

const DAY = LocalDate.parse('2025-12-31');
const RUN: DatedRun = { ...aRun(), asOf: DAY };
const PATH = martPath(DAY, RUN.runId, 'json');

let lake: Lake;
beforeAll(async () => {
  ({ lake } = (await Pipeline.open()).deps);
});

it('reads a mart once, however often it is asked for', async () => {
  await lake.write('marts', PATH, martJson(aKpiMart()));
  const read = jest.spyOn(lake, 'read');
  const shelf = MartShelf.of(lake);

  const [first, again] = [await shelf.martOf(RUN), await MartShelf.of(lake).martOf(RUN)];

  expect(first?.kpis).toHaveLength(aKpiMart().kpis.length);
  expect(again).toBe(first);
  expect(await shelf.filesInBook(RUN)).toBe(2);
  expect(read).toHaveBeenCalledTimes(1);
});

it('reads it again when its file was written over, and has nothing when that is gone', async () => {
  const shelf = MartShelf.of(lake);
  await lake.write('marts', PATH, martJson(aKpiMart({ kpis: [] })));

  expect((await shelf.martOf(RUN))?.kpis).toEqual([]);

  const file = await lake.stat('marts', PATH);
  await lake.remove('marts', PATH, { etag: file?.etag ?? '' });
  expect(await shelf.martOf(RUN)).toBeUndefined();
});
