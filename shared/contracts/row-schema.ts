import { z } from 'zod';
import type { Problem, ProblemCode } from '../domain/problem.ts';
import { cellInWords } from '../privacy/readable-cell.ts';
import { type CellValue, cellParser } from './cell-parser.ts';
import type { Column, Contract } from './contract.ts';
import { ruleCheck, type TypedRow } from './row-rules.ts';

// The contract as a zod schema: the authority on what a row is, and the source of the words. Each issue
// carries its problem code, so that reports count codes and never parse messages.

export type RowIssue = Pick<Problem, 'code' | 'severity' | 'message'> & { readonly column: string };

export type JudgedRow =
  | { readonly kind: 'accepted'; readonly row: TypedRow; readonly remarks: readonly RowIssue[] }
  | { readonly kind: 'rejected'; readonly issues: readonly RowIssue[] };

/** Raw cells by canonical column name; undefined where the file has no such column. */
export type RawRow = Readonly<Record<string, string | undefined>>;

/** Makes the judge of one contract's rows: raw cells in, typed row or issues out. */
export function rowJudge(contract: Contract): (raw: RawRow) => JudgedRow {
  // Remarks (float residue, unknown words, warnings) do not fail the row, so they travel beside zod's issues.
  let remarks: RowIssue[] = [];
  const schema = rowSchema(contract, (remark) => remarks.push(remark));
  return (raw) => {
    remarks = [];
    const parsed = schema.safeParse(raw);
    if (parsed.success) return { kind: 'accepted', row: parsed.data, remarks };
    return { kind: 'rejected', issues: parsed.error.issues.map(toRowIssue) };
  };
}

function rowSchema(contract: Contract, remark: (issue: RowIssue) => void): z.ZodType<TypedRow, RawRow> {
  const cells: Record<string, z.ZodType<CellValue, string | undefined>> = {};
  for (const column of contract.columns) cells[column.name] = cellSchema(column, remark);
  const checks = contract.rules.map((rule) => ({ rule, check: ruleCheck(rule, contract) }));
  return z.object(cells).superRefine((row, context) => {
    for (const { rule, check } of checks) {
      const breach = check(row);
      if (breach === undefined) continue;
      const issue = {
        code: rule.code,
        severity: rule.severity,
        column: breach.column,
        message: breach.detail,
      };
      if (rule.severity === 'warning')
        remark({ ...issue, message: `${breach.detail}; the row was kept as it is` });
      else raise(context, issue.code, breach.detail, breach.column);
    }
  });
}

function cellSchema(
  column: Column,
  remark: (issue: RowIssue) => void,
): z.ZodType<CellValue, string | undefined> {
  const parse = cellParser(column);
  return z
    .string()
    .optional()
    .transform((text, context) => {
      const cell = parse(text);
      if (cell.kind === 'bad') {
        raise(context, cell.code, `${column.name}${cellInWords(column, text)} ${cell.detail}`);
        return z.NEVER;
      }
      if (cell.note !== undefined) remark(remarkOn(column, cell.note, text));
      return cell.value;
    });
}

/** The remark on a cell that was kept although something about it is noteworthy. */
export function remarkOn(
  column: Column,
  note: 'residue' | 'rounded' | 'unknown-value',
  text: string | undefined,
): RowIssue {
  const issue = { column: column.name, severity: note === 'residue' ? 'notice' : 'warning' } as const;
  const where = `${column.name}${cellInWords(column, text)}`;
  if (note === 'unknown-value') {
    return {
      ...issue,
      code: 'unknown-value',
      message: `${where} is not one of ${column.allowedValues?.join(', ')} and was kept as it is`,
    };
  }
  const why = note === 'residue' ? 'is float residue and was' : 'was';
  return { ...issue, code: 'excess-scale', message: `${where} ${why} rounded to ${column.scale} digits` };
}

function raise(context: z.RefinementCtx, code: ProblemCode, message: string, column?: string): void {
  context.addIssue({
    code: 'custom',
    message,
    params: { code },
    ...(column !== undefined && { path: [column] }),
  });
}

const CodedIssue = z.object({
  params: z.object({ code: z.custom<ProblemCode>((code) => typeof code === 'string') }),
});

function toRowIssue(issue: z.core.$ZodIssue): RowIssue {
  const coded = CodedIssue.safeParse(issue);
  return {
    code: coded.success ? coded.data.params.code : 'malformed-row',
    severity: 'error',
    column: String(issue.path[0] ?? ''),
    message: issue.message,
  };
}
