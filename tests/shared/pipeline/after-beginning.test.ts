import { expect, it } from '@jest/globals';
import type { StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { AttemptOvertaken, afterBeginning, workStage } from '../../../shared/pipeline/work-stage.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { parFile } from '../../support/small-files.ts';

it('hands on the attempts that were begun, although the run turns out to be overtaken itself', async () => {
  const pipeline = await Pipeline.open();
  await pipeline.drop('looker/loan_par_balances/file.csv', parFile('A'));
  await pipeline.announce('looker/loan_par_balances/file.csv');
  const message = pipeline.next();
  const begun: StageMessage[] = [{ ...message, stage: 'publish', attempt: 7 }];

  const outcome = await workStage(message, pipeline.deps, {
    work: () =>
      afterBeginning(begun, () => Promise.reject(new AttemptOvertaken('a newer attempt has begun'))),
    resend: () => Promise.resolve([]),
  });

  expect(outcome).toEqual({ kind: 'stale', next: begun });
});

it('lets any other error through as it is', async () => {
  const error = new Error('the disk is full');

  await expect(afterBeginning([], () => Promise.reject(error))).rejects.toBe(error);
});
