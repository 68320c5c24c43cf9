import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MigrationRefused } from '../../ports/audit-store.ts';

// Migrations are files in a folder beside this one, applied once each in the order of their names. The build copies the
// folder next to the bundle, so that the same relative path holds.

export type Migration = { readonly name: string; readonly sql: string; readonly sha256: string };
export type AppliedMigration = Pick<Migration, 'name' | 'sha256'>;

export async function readMigrations(root: string = import.meta.dirname): Promise<readonly Migration[]> {
  const folder = join(root, 'migrations');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Those that are still to be applied, in order. Throws MigrationRefused. */
export function pendingOf(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, sha256 } of applied) {
    const migration = known.get(name);
    if (migration === undefined)
      throw new MigrationRefused(
        `${name} is applied in the database, but this code does not have it: the database is of newer code. Deploy that, or one that is newer still.`,
      );
    if (migration.sha256 !== sha256)
      throw new MigrationRefused(
        `${name} was changed after it was applied, so that nobody knows what the database looks like. Restore the file as it was, and put the change into a migration of its own.`,
      );
  }
  const last =
    applied
      .map(({ name }) => name)
      .toSorted()
      .at(-1) ?? '';
  const done = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  const late = pending.find(({ name }) => name < last);
  if (late !== undefined)
    throw new MigrationRefused(
      `${late.name} would come before ${last}, which is applied already. Give it the next number.`,
    );
  return pending;
}
