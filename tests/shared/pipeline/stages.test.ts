import { describe, expect, it } from '@jest/globals';
import { compareStages, QueuedStage, STAGES, Stage } from '../../../shared/pipeline/stages.ts';

describe('the stages of the pipeline', () => {
  it('follow one another in one order, which every list of them has', () => {
    expect(STAGES.map(({ stage }) => stage)).toEqual(['ingest', 'validate', 'compute', 'publish']);
    expect(Stage.options).toEqual(STAGES.map(({ stage }) => stage));
  });

  it('have the names that phases have in the summary of a run', () => {
    expect(STAGES.map(({ phase }) => phase)).toEqual([
      'ingestion',
      'transformation',
      'calculation',
      'output',
    ]);
  });

  it('are all queued but the first, which a file starts', () => {
    expect(QueuedStage.options).toEqual(['validate', 'compute', 'publish']);
  });

  it('compare by their place in the flow', () => {
    for (const [first, a] of Stage.options.entries()) {
      for (const [second, b] of Stage.options.entries()) {
        expect(Math.sign(compareStages(a, b))).toBe(Math.sign(first - second));
      }
    }
  });
});
