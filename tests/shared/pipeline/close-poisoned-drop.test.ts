import { beforeAll, expect, it } from '@jest/globals';
import { closePoisonedDrop } from '../../../shared/pipeline/close-poisoned-drop.ts';
import { Pipeline } from '../../support/a-pipeline.ts';
import { dyingAt } from '../../support/port-faults.ts';
import { parFile } from '../../support/small-files.ts';

const PAR = 'looker/loan_par_balances';

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.open();
});

const eventOf = (path: string) => ({ Type: 'BlobTrigger', ContainerName: 'landing', BlobName: path });

it('marks the landing as failed and keeps the event', async () => {
  await pipeline.drop(`${PAR}/poisoned.csv`, parFile('POISONED'));

  const closed = await closePoisonedDrop(
    { messageId: 'e1', body: eventOf(`${PAR}/poisoned.csv`) },
    pipeline.deps,
  );

  expect(closed).toBe('closed');
  expect(await pipeline.deps.ledger.findDrop(`${PAR}/poisoned.csv`)).toMatchObject({
    outcome: 'failed',
    detail: expect.stringContaining('Mend the cause and trigger it again'),
  });
  expect(await pipeline.json('quarantine', 'poison/blob-events/e1.json')).toEqual(
    eventOf(`${PAR}/poisoned.csv`),
  );
});

it('is taken in when it is triggered again, also when the first delivery had claimed it', async () => {
  const path = `${PAR}/again.csv`;
  await pipeline.drop(path, parFile('AGAIN'));
  await expect(pipeline.announce(path, dyingAt(pipeline.deps, 7).deps)).rejects.toThrow('at call 7');
  await closePoisonedDrop({ messageId: 'e2', body: eventOf(path) }, pipeline.deps);

  const outcome = await pipeline.announce(path);
  await pipeline.runDry();

  expect(await pipeline.runOf(outcome)).toMatchObject({ status: 'success', attempt: 1 });
  expect(await pipeline.deps.ledger.findDrop(path)).toMatchObject({ outcome: 'accepted' });
});

it('does not belittle a landing that another delivery took in', async () => {
  const path = `${PAR}/fine.csv`;
  const run = await pipeline.takeThrough(path, parFile('FINE'));

  await closePoisonedDrop({ messageId: 'e3', body: eventOf(path) }, pipeline.deps);

  expect(await pipeline.deps.ledger.findDrop(path)).toMatchObject({ outcome: 'accepted', runId: run.runId });
});

it('marks a landing whose file is gone, too', async () => {
  await closePoisonedDrop({ messageId: 'e4', body: eventOf(`${PAR}/gone.csv`) }, pipeline.deps);

  expect(await pipeline.deps.ledger.findDrop(`${PAR}/gone.csv`)).toMatchObject({
    outcome: 'failed',
    etag: '',
  });
});

it('keeps an event that cannot be read', async () => {
  const closed = await closePoisonedDrop({ messageId: 'e5', body: 'not an event' }, pipeline.deps);

  expect(closed).toBe('unreadable');
  expect(await pipeline.json('quarantine', 'poison/blob-events/e5.json')).toBe('not an event');
});
