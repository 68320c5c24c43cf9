import type { Node } from './kusto-language.ts';
import { NotRunnable, numberOf, Span, textOf, type Value } from './values.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** A function of one row. Arguments are evaluated as they are needed. */
export function call(name: string, args: readonly Node[], evaluate: (node: Node) => Value, now: Date): Value {
  const arg = (index: number): Value => {
    const node = args[index];
    if (node === undefined) throw new NotRunnable(`${name} with ${args.length} arguments`);
    return evaluate(node);
  };
  switch (name) {
    case 'now':
      return now;
    case 'ago': {
      const span = arg(0);
      return span instanceof Span ? new Date(now.getTime() - span.ms) : null;
    }
    case 'tostring':
      return textOf(arg(0));
    case 'todouble':
    case 'toreal':
      return numberOf(arg(0));
    case 'tolong':
    case 'toint': {
      const number = numberOf(arg(0));
      return number === null ? null : Math.trunc(number);
    }
    case 'parse_json':
      return parsed(textOf(arg(0)));
    case 'isnull':
      return arg(0) === null;
    case 'isnotnull':
      return arg(0) !== null;
    case 'isempty':
      return textOf(arg(0)) === '';
    case 'isnotempty':
      return textOf(arg(0)) !== '';
    case 'not':
      return arg(0) !== true;
    case 'iff':
      return arg(0) === true ? arg(1) : arg(2);
    case 'case': {
      const conditions = Array.from({ length: (args.length - 1) / 2 }, (_, index) => 2 * index);
      const met = conditions.find((index) => arg(index) === true);
      return met === undefined ? arg(args.length - 1) : arg(met + 1);
    }
    case 'strcat':
      return args.map((_, index) => textOf(arg(index))).join('');
    case 'round': {
      const digits = 10 ** (args.length > 1 ? (numberOf(arg(1)) ?? 0) : 0);
      const number = numberOf(arg(0));
      return number === null ? null : Math.round(number * digits) / digits;
    }
    case 'bin':
      return binned(arg(0), arg(1));
    case 'datetime_diff':
      return boundariesBetween(textOf(arg(0)), arg(1), arg(2));
    default:
      throw new NotRunnable(`the function ${name}`);
  }
}

function parsed(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function binned(value: Value, size: Value): Value {
  if (value instanceof Date && size instanceof Span)
    return new Date(Math.floor(value.getTime() / size.ms) * size.ms);
  return typeof value === 'number' && typeof size === 'number' ? Math.floor(value / size) * size : null;
}

/** How many full units begin between the two, as KQL counts. */
function boundariesBetween(unit: string, a: Value, b: Value): Value {
  const size = UNITS_MS[unit];
  if (size === undefined) throw new NotRunnable(`datetime_diff by ${unit}`);
  if (!(a instanceof Date) || !(b instanceof Date)) return null;
  return Math.floor(a.getTime() / size) - Math.floor(b.getTime() / size);
}
