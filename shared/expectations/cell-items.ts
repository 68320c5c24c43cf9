import type { Column } from '../contracts/contract.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { ItemOf } from './suite.ts';

type CellItem = ItemOf<'cells'>;

/** What a contract expects of the cells of one column: a value where one is needed, its type, limits and words. */
export function cellItems(column: Column): CellItem[] {
  return [
    ...(column.nullable === true ? [] : [notNull(column)]),
    typed(column),
    ...(hasLimits(column) ? [range(column)] : []),
    ...(hasWords(column) ? [values(column)] : []),
  ];
}

function notNull({ name }: Column): CellItem {
  return item(name, 'not-null', `Every row has a value in ${name}`, ['missing-value']);
}

function typed(column: Column): CellItem {
  return item(column.name, 'type', `${column.name} is ${typeInWords(column)}`, typeCodes(column));
}

function range(column: Column): CellItem {
  const { name, min, max, unit, belowMin } = column;
  const limits =
    min !== undefined && max !== undefined
      ? `between ${min} and ${max}`
      : min !== undefined
        ? `at least ${min}`
        : `at most ${max}`;
  const codes: ProblemCode[] = belowMin === undefined ? ['out-of-range'] : ['out-of-range', belowMin];
  return item(name, 'range', `${name} is ${limits}${unit === undefined ? '' : ` (${unit})`}`, codes);
}

function values({ name, allowedValues = [] }: Column): CellItem {
  return item(name, 'values', `${name} is one of ${allowedValues.join(', ')}`, ['unknown-value']);
}

/** Single rows never stop a file: that is for the tolerance, which counts them all. */
function item(
  column: string,
  check: CellItem['check'],
  about: string,
  codes: readonly ProblemCode[],
): CellItem {
  const id = `${check}:${column}`;
  return { kind: 'cells', check, column, id, about, severity: 'warn', threshold: 'no row', codes };
}

function typeInWords({ type, scale = 0, excessScale }: Column): string {
  switch (type) {
    case 'text':
      return 'text of at most 1,000 characters';
    case 'date':
      return 'a day of the calendar';
    case 'integer':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'decimal':
      return excessScale === 'round'
        ? `a number, rounded to ${scale} digits after the point`
        : `a number with at most ${scale} digits after the point`;
  }
}

/** Where a column has no limits of its own, `out-of-range` means too long or too large to be kept. */
function typeCodes(column: Column): ProblemCode[] {
  const tooLarge: ProblemCode[] = hasLimits(column) ? [] : ['out-of-range'];
  switch (column.type) {
    case 'text':
      return tooLarge;
    case 'date':
      return ['impossible-date'];
    case 'boolean':
      return ['unknown-value'];
    case 'integer':
      return ['text-in-number', ...tooLarge];
    case 'decimal':
      return ['text-in-number', 'excess-scale', ...tooLarge];
  }
}

function hasLimits({ type, min, max }: Column): boolean {
  return (type === 'date' || type === 'integer' || type === 'decimal') && (min ?? max) !== undefined;
}

function hasWords({ type, allowedValues }: Column): boolean {
  return type === 'text' && allowedValues !== undefined;
}
