import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SqlSession } from '../../../shared/ports/sql-engine.ts';

// What tests.yaml says beside the models, as queries that find what breaks it.

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/);
const Names = z.array(Name).min(1);
const ModelTests = z.strictObject({
  unique: Names.optional(),
  not_null: Names.optional(),
  accepted_values: z.record(Name, z.array(z.string()).min(1)).optional(),
  relationships: z.record(Name, z.string().regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/)).optional(),
  same_rows_as: Name.optional(),
});
type ModelTests = z.infer<typeof ModelTests>;

export type ModelCheck = {
  readonly model: string;
  /** In words: `int_loans: loan_id is unique`. */
  readonly about: string;
  /** Other models that it reads. */
  readonly reads: readonly string[];
  /** Counts what breaks it in a column `broken`. */
  readonly sql: string;
};

/** Every check of the file, in its order. */
export async function readModelChecks(): Promise<readonly ModelCheck[]> {
  const text = await readFile(new URL('../../../shared/kpis/models/tests.yaml', import.meta.url), 'utf8');
  return modelChecks(parse(text));
}

export function modelChecks(tests: unknown): readonly ModelCheck[] {
  return Object.entries(z.record(Name, ModelTests).parse(tests)).flatMap(([model, wanted]) =>
    checksOf(model, wanted),
  );
}

/** How many rows break the check. */
export async function brokenRows(check: ModelCheck, sql: SqlSession): Promise<number> {
  const [row] = await sql.rows(check.sql);
  return Number(row?.['broken']);
}

function checksOf(model: string, tests: ModelTests): ModelCheck[] {
  const check = (about: string, sql: string, reads: readonly string[] = []): ModelCheck => ({
    model,
    about: `${model}: ${about}`,
    reads,
    sql,
  });
  return [
    ...(tests.unique === undefined
      ? []
      : [check(`${tests.unique.join(', ')} is unique`, repeated(model, tests.unique))]),
    ...(tests.not_null ?? []).map((column) =>
      check(`${column} is never empty`, count(model, `${column} IS NULL`)),
    ),
    ...Object.entries(tests.accepted_values ?? {}).map(([column, values]) =>
      check(
        `${column} is one of ${values.join(', ')}`,
        count(model, `${column} NOT IN (${values.map(literal).join(', ')})`),
      ),
    ),
    ...Object.entries(tests.relationships ?? {}).map(([column, target]) => {
      const [other = '', key = ''] = target.split('.');
      const known = `SELECT ${key} FROM ${other} WHERE ${key} IS NOT NULL`;
      return check(`${column} is in ${target}`, count(model, `${column} NOT IN (${known})`), [other]);
    }),
    ...(tests.same_rows_as === undefined
      ? []
      : [
          check(`has as many rows as ${tests.same_rows_as}`, difference(model, tests.same_rows_as), [
            tests.same_rows_as,
          ]),
        ]),
  ];
}

function repeated(model: string, columns: readonly string[]): string {
  const keys = columns.join(', ');
  return `SELECT count(*) AS broken FROM (SELECT ${keys} FROM ${model} GROUP BY ${keys} HAVING count(*) > 1) AS repeated`;
}

function count(model: string, condition: string): string {
  return `SELECT count(*) FILTER (WHERE ${condition}) AS broken FROM ${model}`;
}

function difference(model: string, other: string): string {
  return `SELECT abs((SELECT count(*) FROM ${model}) - (SELECT count(*) FROM ${other})) AS broken`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
