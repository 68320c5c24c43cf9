import { expect, it } from '@jest/globals';
import type { LogFields } from '../../shared/ports/log.ts';
import { firing, means, NOW, RUN, type Tell } from '../support/kql/firing.ts';

means('run-failed', {
  'fires when the machinery failed, with the run, the stage and the error': [
    (ago) =>
      ago(3).error('run.failed', { ...RUN, stage: 'compute', code: 'stage-failed', error: 'Error: disk' }),
    [{ runId: 'run_4f1c29ab03de', dataset: 'looker/loans', stage: 'compute', error: 'Error: disk' }],
  ],
  'fires when only some KPIs could not be computed': [
    (ago) => ago(3).error('stage.failed', { stage: 'compute', kpis: ['risk.par_90'], error: 'Error: x' }),
    [{ stage: 'compute' }],
  ],
  'tells each run that failed': [
    (ago) => {
      ago(3).error('run.failed', { ...RUN, stage: 'compute' });
      ago(2).error('run.failed', { ...RUN, runId: 'run_000000000002', stage: 'publish' });
    },
    [{ stage: 'compute' }, { runId: 'run_000000000002' }],
  ],
  'is silent about a stage that will be tried again, and about data at fault': [
    (ago) => {
      ago(3).warn('stage.failed', { ...RUN, stage: 'compute', error: 'Error: x' });
      ago(3).warn('run.rejected', { ...RUN, code: 'orphan' });
      ago(3).info('run.succeeded', RUN);
    },
    [],
  ],
});

means('run-stuck', {
  'fires when a run was begun 16 minutes ago and nothing ended it': [
    (ago) => {
      ago(16).info('file.landed', RUN);
      ago(15).info('stage.started', { ...RUN, stage: 'validate' });
    },
    [{ runId: 'run_4f1c29ab03de', attempt: 1 }],
  ],
  'is silent while it may still be at work': [(ago) => ago(14).info('file.landed', RUN), []],
  'is silent about a run that came to an end, whatever that was': [
    (ago) => {
      ago(50).info('file.landed', RUN);
      ago(40).info('run.succeeded', RUN);
      ago(50).info('file.landed', { ...RUN, runId: 'run_2' });
      ago(49).warn('run.rejected', { ...RUN, runId: 'run_2' });
      ago(50).info('file.landed', { ...RUN, runId: 'run_3' });
      ago(49).error('run.failed', { ...RUN, runId: 'run_3' });
      ago(50).info('file.landed', { ...RUN, runId: 'run_4' });
      ago(49).warn('run.canceled', { ...RUN, runId: 'run_4' });
    },
    [],
  ],
  'looks at the newest attempt: one that was overtaken never ends': [
    (ago) => {
      ago(90).info('file.landed', RUN);
      ago(60).info('run.refreshed', { ...RUN, attempt: 2 });
      ago(50).info('run.succeeded', { ...RUN, attempt: 2 });
    },
    [],
  ],
  'fires for a rerun that does not end, though the first attempt did': [
    (ago) => {
      ago(110).info('file.landed', RUN);
      ago(100).info('run.succeeded', RUN);
      ago(20).info('run.rerun', { ...RUN, attempt: 2, stage: 'validate' });
    },
    [{ attempt: 2 }],
  ],
});

const succeeded =
  (minutes: number): Tell =>
  (ago) =>
    ago(minutes).info('run.succeeded', { ...RUN, durationMs: 1_000 });

means('data-late-critical', {
  'fires after 12 hours': [succeeded(12 * 60 + 1), [{ hours: 721 / 60 }]],
  'is silent at 12 hours': [succeeded(12 * 60), []],
  'is silent when any run has succeeded since': [
    (ago) => {
      succeeded(1_000)(ago);
      succeeded(10)(ago);
    },
    [],
  ],
  'sees nothing where there never was a run': [() => undefined, []],
});
means('data-late-warning', {
  'fires after 8 hours': [succeeded(8 * 60 + 1), [{ hours: 481 / 60 }]],
  'is silent at 8 hours': [succeeded(8 * 60), []],
  'leaves 13 hours to the other alert': [succeeded(13 * 60), []],
});

const took =
  (minutes: number, more: LogFields = {}): Tell =>
  (ago) =>
    ago(5).info('run.succeeded', { ...RUN, durationMs: minutes * 60_000, ...more });

means('run-slow-critical', {
  'fires beyond 15 minutes, with the run': [took(15.1), [{ runId: 'run_4f1c29ab03de', minutes: 15.1 }]],
  'is silent at 15 minutes': [took(15), []],
  'is silent about what is computed again': [took(99, { attempt: 2 }), []],
});
means('run-slow-warning', {
  'fires beyond 12 minutes': [took(12.1), [{ minutes: 12.1 }]],
  'is silent at 12 minutes': [took(12), []],
  'leaves 16 minutes to the other alert': [took(16), []],
});

const errors =
  (count: number): Tell =>
  (ago) => {
    for (let index = 0; index < count; index++) ago(5).error('health.failed', { check: 'x' });
    for (let index = 0; index < 20; index++) ago(5).warn('stage.failed', RUN);
  };
means('errors-many-critical', {
  'fires for 11': [errors(11), [{ errors: 11 }]],
  'is silent for 10, however many warnings there are': [errors(10), []],
});
means('errors-many-warning', {
  'fires for 6': [errors(6), [{ errors: 6 }]],
  'is silent for 5': [errors(5), []],
  'leaves 11 to the other alert': [errors(11), []],
});
it('exceptions count as errors', async () => {
  const AppExceptions = Array.from({ length: 6 }, () => ({ TimeGenerated: NOW }));

  expect(await firing('errors-many-critical', errors(5), { AppExceptions })).toMatchObject([{ errors: 11 }]);
});

means('message-poisoned', {
  'fires for a message that failed five times, and for one that is none': [
    (ago) => {
      ago(3).error('message.poisoned', { queue: 'compute-poison', runId: 'run_1', stage: 'compute' });
      ago(2).error('message.malformed', { queue: 'deliver-poison', kept: 'poison/x.json' });
    },
    [
      { queue: 'compute-poison', runId: 'run_1' },
      { queue: 'deliver-poison', runId: '' },
    ],
  ],
  'is silent about a stage that will be tried again': [(ago) => ago(3).warn('stage.failed', RUN), []],
});
