import process from 'node:process';
import { buildApp } from '../../shared/app.ts';
import { DatasetId } from '../../shared/domain/ids.ts';
import type { Log } from '../../shared/ports/log.ts';
import { pullDataset } from '../../shared/sources/pull-dataset.ts';

// One instance of the product in a process of its own: pulls what its parent names, and tells what became of it and what
// was logged of circuits.

const log: Log = {
  debug: () => undefined,
  info: (event, fields) => void process.send?.({ event, fields }),
  warn: () => undefined,
  error: (event, fields) => void process.send?.({ event, fields }),
};
const app = await buildApp(process.env);
process.on('message', (dataset) => {
  const request = { source: 'hubspot', dataset: DatasetId.parse(dataset), cause: 'a test' } as const;
  void pullDataset(request, app.depsFor(log)).then((pull) => process.send?.({ pull }));
});
process.send?.({ event: 'ready' });
