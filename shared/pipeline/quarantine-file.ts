import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Contract } from '../contracts/contract.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { pseudonymiser } from '../privacy/pseudonym.ts';
import type { QuarantinedRow } from './snapshot-intake.ts';

/** Disposing of it without closing it leaves the file unfinished, but not open. */
export interface QuarantineFile extends AsyncDisposable {
  write: (row: QuarantinedRow) => Promise<void>;
  close: () => Promise<void>;
}

/** Rejected rows as JSON lines on the local disk; cells that could name a person are replaced by tokens. */
export async function openQuarantine(
  file: string,
  contract: Contract,
  secrets: SecretStore,
): Promise<QuarantineFile> {
  const sealed = new Set(sealedColumns(contract));
  const tokenOf = sealed.size === 0 ? undefined : pseudonymiser(await secrets.get('pseudonym-key'));
  const stream = createWriteStream(file);
  return {
    async write(row) {
      const cells = Object.entries(row.cells).map(([name, value]) => [
        name,
        sealed.has(name) && value !== '' ? tokenOf?.(name, value) : value,
      ]);
      const line = { record: row.record, issues: row.issues, cells: Object.fromEntries(cells) };
      if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain');
    },
    async close() {
      stream.end();
      await finished(stream);
    },
    async [Symbol.asyncDispose]() {
      if (stream.closed) return;
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
    },
  };
}

/** Columns whose cells are replaced by tokens wherever rows are written for people to read. */
export function sealedColumns(contract: Contract): readonly string[] {
  return contract.columns.flatMap(({ name, pii }) => (pii === 'none' ? [] : [name]));
}
