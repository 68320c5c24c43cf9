import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Contract } from '../contracts/contract.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import { pseudonymiser } from '../privacy/pseudonym.ts';
import { isReadable } from '../privacy/readable-cell.ts';
import type { QuarantinedRow } from './snapshot-intake.ts';

/** Disposing of it without closing it leaves the file unfinished, but not open. */
export interface QuarantineFile extends AsyncDisposable {
  write: (row: QuarantinedRow) => Promise<void>;
  close: () => Promise<void>;
}

/**
 * Rejected rows as JSON lines on the local disk. A rejected row may be shifted or torn, so that no column vouches for
 * its cells: each is replaced by its token unless nobody can be named by it.
 */
export async function openQuarantine(
  file: string,
  contract: Contract,
  secrets: SecretStore,
): Promise<QuarantineFile> {
  const tokenOf = pseudonymiser(await secrets.get('pseudonym-key'));
  const columns = new Map(contract.columns.map((column) => [column.name, column]));
  const stream = createWriteStream(file);
  return {
    async write(row) {
      const isTorn = row.issues.some(({ code }) => TORN.has(code));
      const cells = Object.entries(row.cells).map(([name, cell]) => {
        const column = columns.get(name);
        const isShown = cell === '' || (!isTorn && column !== undefined && isReadable(column, cell));
        return [name, isShown ? cell : tokenOf(name, cell)];
      });
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

/** In these rows a cell may belong to any column. */
const TORN: ReadonlySet<ProblemCode> = new Set(['ragged-row', 'malformed-row']);

/** Columns whose cells are replaced by tokens wherever rows are written for people to read: ids and free text. */
export function sealedColumns(contract: Contract): readonly string[] {
  return contract.columns.flatMap(({ name, type, pii, allowedValues }) =>
    pii !== 'none' || (type === 'text' && allowedValues === undefined) ? [name] : [],
  );
}
