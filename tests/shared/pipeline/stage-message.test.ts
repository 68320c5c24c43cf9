import { describe, expect, it } from '@jest/globals';
import { messageFor, StageMessage } from '../../../shared/pipeline/stage-message.ts';
import { aRun } from '../../support/a-kpi-mart.ts';

describe('a message to a stage', () => {
  it('names the run, the attempt and the stage, and carries no data', () => {
    expect(messageFor(aRun({ attempt: 2 }), 'compute')).toEqual({
      v: 1,
      runId: 'run_4f1c29ab03de',
      stage: 'compute',
      attempt: 2,
    });
  });

  it('carries the trace on when the run has one', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    expect(messageFor(aRun({ traceparent }), 'publish').traceparent).toBe(traceparent);
  });

  it('says how much is to be told where that was asked for', () => {
    expect(messageFor(aRun({ logLevel: 'debug' }), 'publish').logLevel).toBe('debug');
  });

  it('is read as it was before traces and levels were in it', () => {
    const old = { v: 1, runId: 'run_4f1c29ab03de', stage: 'compute', attempt: 2 };

    expect(StageMessage.parse(old)).toEqual(old);
  });

  it('is read back as it was written', () => {
    const message = messageFor(aRun(), 'validate');

    expect(StageMessage.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each([
    ['another version', { v: 2 }],
    ['a stage that is not queued', { stage: 'ingest' }],
    ['a run id that is none', { runId: 'run_1' }],
    ['an attempt before the first', { attempt: 0 }],
  ])('is refused with %s', (_, change) => {
    expect(StageMessage.safeParse({ ...messageFor(aRun(), 'validate'), ...change }).success).toBe(false);
  });
});
