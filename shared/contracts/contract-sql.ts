import { rational } from '../domain/rational.ts';
import { cellParser, LONGEST_NULL_WORD, LONGEST_TEXT, NULL_WORDS } from './cell-parser.ts';
import type { Column, Contract, RowRule } from './contract.ts';

// The contract as guarded SQL for DuckDB: a second reader of cells, for files that are columns already. It accepts less
// than the reference and never otherwise: a row is plain when each of its cells is written in a usual form and nothing
// is to be said about it. All other rows go to the reference, which decides.

export type GuardedSource = {
  /** What stands after FROM. */
  readonly from: string;
  /** SQL of the record number. */
  readonly record: string;
  /** SQL of the cell's text (VARCHAR) for each column of the contract that is in the file, by name. */
  readonly cells: ReadonlyMap<string, string>;
};

/**
 * A query with the columns `record`, `plain`, and for column `i` of the contract `c<i>` (the text), `v<i>` (the value
 * as a batch holds it) and `p<i>` (plain). A value counts only where its cell is plain. No WHERE over `plain`: DuckDB
 * then works out each step anew for each place that reads it, which takes three times as long.
 */
export function guardedRowsSql(contract: Contract, source: GuardedSource): string {
  const guards = contract.columns.map((column, index) => guard(column, String(index)));
  // One layer for each step, since a later step reads the one before more than once.
  const layers: ((index: number) => string)[] = [
    (index) => `${guards[index]?.quick} AS q${index}`,
    (index) => `${trimmed(`c${index}`, `q${index}`)} AS t${index}`,
    (index) => `${guards[index]?.kind} AS k${index}`,
    (index) => `${guards[index]?.exact} AS e${index}`,
    (index) => `${guards[index]?.value} AS v${index}`,
    (index) => `${guards[index]?.plain} AS p${index}`,
  ];
  const cells = contract.columns.map(({ name }, index) => `${source.cells.get(name) ?? 'NULL'} AS c${index}`);
  let query = `SELECT ${source.record} AS record, ${cells.join(', ')} FROM ${source.from}`;
  for (const layer of layers) {
    query = `SELECT *, ${contract.columns.map((_, index) => layer(index)).join(', ')} FROM (${query})`;
  }
  const kept = contract.columns.map((_, index) => `c${index}, v${index}, p${index}`);
  const rowIsPlain = [...contract.columns.map((_, index) => `p${index}`), ...rulesSql(contract)].join(
    ' AND ',
  );
  return `SELECT record, ${kept.join(', ')}, ${rowIsPlain} AS plain FROM (${query})`;
}

/** Steps of one column; `q`, `t`, `k`, `e` and `v` with its index are the results of the steps before. */
type Guard = {
  /** Nothing is to be trimmed; of numbers and dates it says that they are written plainly as well. */
  readonly quick: string;
  /** 1 and 2: usual forms of the type; 3: no value; 0: for the reference. */
  readonly kind: string;
  /** The value in an exact SQL type, or NULL where it does not fit. */
  readonly exact: string;
  /** DOUBLE of 10^-scale units, INTEGER, days as INTEGER, BOOLEAN or VARCHAR. */
  readonly value: string;
  readonly plain: string;
};

function guard(column: Column, index: string): Guard {
  const forms = formsOf(column, `t${index}`, `k${index}`, `e${index}`, `v${index}`);
  const whens = forms.kinds.map((condition, at) => `WHEN ${condition} THEN ${at + 1}`).join(' ');
  return {
    quick: matches(`c${index}`, forms.plainForm ?? NO_BLANK_AT_THE_ENDS),
    kind: `CASE ${forms.plainForm === undefined ? '' : `WHEN q${index} THEN 1`} WHEN ${isNullWord(column, `t${index}`)} THEN 3 ${whens} ELSE 0 END`,
    exact: `CASE WHEN k${index} = 1 OR k${index} = 2 THEN ${forms.exact} END`,
    value: forms.value,
    plain: `CASE k${index} WHEN 3 THEN ${column.nullable === true} WHEN 0 THEN FALSE ELSE coalesce(${forms.within}, FALSE) END`,
  };
}

type Forms = {
  /** Of the first kind, and of it alone: a pattern that leaves no room for blanks. */
  readonly plainForm?: string;
  readonly kinds: readonly string[];
  readonly exact: string;
  readonly value: string;
  /** Is the value there and within the limits? */
  readonly within: string;
};

function formsOf(column: Column, t: string, k: string, e: string, v: string): Forms {
  switch (column.type) {
    case 'text':
      return { kinds: [textGuard(column, t)], exact: t, value: e, within: `${e} IS NOT NULL` };
    case 'boolean':
      return {
        kinds: [isOneOf(`lower(${t})`, ['true', '1']), isOneOf(`lower(${t})`, ['false', '0'])],
        exact: `${k} = 1`,
        value: e,
        within: `${e} IS NOT NULL`,
      };
    case 'date':
      return dateForms(column, t, e);
    case 'integer':
      return integerForms(column, t, k, e);
    case 'decimal':
      return decimalForms(column, t, k, e, v);
  }
}

/** Bytes are counted, which are never fewer than the characters that the reference counts. */
function textGuard({ allowedValues, maxCharacters = LONGEST_TEXT }: Column, t: string): string {
  const short = `strlen(${t}) <= ${maxCharacters}`;
  // Errors of Excel begin so; which texts are some, the reference knows.
  return allowedValues === undefined
    ? `${short} AND NOT starts_with(${t}, '#')`
    : `${short} AND (${isOneOf(t, allowedValues)})`;
}

/** A day, or midnight of it. */
const DAY = '\\d{4}-\\d{2}-\\d{2}(?:[T ]00:00(?::00(?:\\.0+)?)?(?:Z|\\+00:00)?)?';

function dateForms({ min, max }: Column, t: string, e: string): Forms {
  const day = `left(${t}, 10)`;
  const limits = [
    // Before it, DuckDB has days that the calendar of the reference has not.
    `${day} >= '0001-01-01'`,
    ...(min === undefined ? [] : [`${day} >= ${quoted(min)}`]),
    ...(max === undefined ? [] : [`${day} <= ${quoted(max)}`]),
  ];
  return {
    plainForm: DAY,
    kinds: [matches(t, DAY)],
    exact: `CAST(TRY_CAST(${day} AS DATE) - DATE '1970-01-01' AS INTEGER)`,
    value: e,
    within: [`${e} IS NOT NULL`, ...limits].join(' AND '),
  };
}

/** Staging keeps whole numbers in 32 bits, and the same ones on both sides of zero. */
const LARGEST_INTEGER = 2_147_483_647;

function integerForms(column: Column, t: string, k: string, e: string): Forms {
  const forms = numberForms(column, 15, `(?:${column.decimalMark ?? '\\.'}0+)?`);
  const integer = (text: string): string => `TRY_CAST(split_part(${text}, '.', 1) AS INTEGER)`;
  return {
    plainForm: forms.plain,
    kinds: [matches(t, forms.plain), matches(t, forms.decorated)],
    exact: `CASE WHEN ${k} = 1 THEN ${integer(t)} ELSE ${signed(t, integer(undecorated(column, t)))} END`,
    value: e,
    within: [`${e} BETWEEN ${-LARGEST_INTEGER} AND ${LARGEST_INTEGER}`, ...limits(column, e)].join(' AND '),
  };
}

/** A DECIMAL(18) holds every number that is kept exactly, as long as its scale leaves digits before the point. */
const DECIMAL_DIGITS = 18;
const MOST_UNITS = Number.MAX_SAFE_INTEGER;
/** Below it, two roundings of a double are less than half a unit. */
const UNITS_EXACT_IN_DOUBLE = 2 ** 50;

function decimalForms(column: Column, t: string, k: string, e: string, v: string): Forms {
  const scale = column.scale ?? 0;
  const whole = DECIMAL_DIGITS - scale;
  if (whole < 1) return { kinds: [], exact: 'NULL', value: 'NULL', within: 'FALSE' };
  const mark = column.decimalMark ?? '\\.';
  const fraction = scale === 0 ? `(?:${mark}0+)?` : `(?:${mark}\\d{1,${scale}}0*)?`;
  const forms = numberForms(column, whole, fraction);
  const decimal = (text: string): string => `TRY_CAST(${text} AS DECIMAL(${DECIMAL_DIGITS}, ${scale}))`;
  // Not `e * 10^scale`: a product of two DECIMAL(18) overflows, and a wider one is slow.
  const near = `round(CAST(${e} AS DOUBLE) * 1e${scale})`;
  const far = `CAST(CAST(${e} AS DECIMAL(38, ${scale})) * ${10n ** BigInt(scale)} AS BIGINT)`;
  return {
    plainForm: forms.plain,
    kinds: [matches(t, forms.plain), matches(t, forms.decorated)],
    exact: `CASE WHEN ${k} = 1 THEN ${decimal(t)} ELSE ${signed(t, decimal(undecorated(column, t)))} END`,
    value: `CASE WHEN abs(CAST(${e} AS DOUBLE)) * 1e${scale} < ${UNITS_EXACT_IN_DOUBLE} THEN ${near} ELSE CAST(${far} AS DOUBLE) END`,
    within: [`${v} BETWEEN ${-MOST_UNITS} AND ${MOST_UNITS}`, ...limits(column, v)].join(' AND '),
  };
}

/** What accountants write: `$1,234.50`, `12.00 $`, `-$5` and `($12)`. Blanks elsewhere are for the reference. */
function numberForms(
  { decimalMark }: Column,
  digits: number,
  fraction: string,
): { plain: string; decorated: string } {
  const whole = `\\d{1,${digits}}`;
  const grouped = `[1-9]\\d{0,2}(?:${decimalMark === undefined ? ',' : '\\.'}\\d{3}){1,5}`;
  const amount = `(?:\\$ ?)?(?:${whole}${fraction}|${grouped}${fraction})(?: ?\\$)?`;
  return {
    plain: decimalMark === undefined ? `-?${whole}${fraction}` : `-?${whole}`,
    decorated: `(?:-?${amount}|\\(${amount}\\))`,
  };
}

/** The digits with a decimal point. */
function undecorated({ decimalMark }: Column, t: string): string {
  return decimalMark === undefined ? `translate(${t}, '-(), $', '')` : `translate(${t}, ',-(). $', '.')`;
}

function signed(t: string, magnitude: string): string {
  return `CASE WHEN starts_with(${t}, '-') OR starts_with(${t}, '(') THEN -${magnitude} ELSE ${magnitude} END`;
}

/** The limits in the column's units, as the reference reads them. */
function limits(column: Column, value: string): string[] {
  const { name, description, type, scale = 0, min, max } = column;
  const parse = cellParser({
    ...{ name, description, type: 'decimal', scale: type === 'decimal' ? scale : 0, excessScale: 'round' },
    ...{ classification: 'internal', pii: 'none' },
  });
  const units = (limit: string): string => {
    const cell = parse(limit);
    if (cell.kind === 'bad' || cell.value === null)
      throw new RangeError(`${name}: the limit ${limit} is no number`);
    return String(cell.value);
  };
  return [
    ...(min === undefined ? [] : [`${value} >= ${units(min)}`]),
    ...(max === undefined ? [] : [`${value} <= ${units(max)}`]),
  ];
}

/** What `String.prototype.trim` removes. */
const BLANKS = [
  9, 10, 11, 12, 13, 32, 160, 5_760, 8_192, 8_193, 8_194, 8_195, 8_196, 8_197, 8_198, 8_199, 8_200, 8_201,
  8_202, 8_232, 8_233, 8_239, 8_287, 12_288, 65_279,
];

const NO_BLANK_AT_THE_ENDS = '[!-~](?s:.*[!-~])?';

/** Measured: `trim` with a set of characters takes ten times as long as the look at both ends. */
function trimmed(cell: string, quick: string): string {
  const blanks = BLANKS.map((code) => `chr(${code})`).join(' || ');
  return `CASE WHEN ${quick} THEN ${cell} ELSE coalesce(trim(${cell}, ${blanks}), '') END`;
}

function isNullWord({ allowedValues = [] }: Column, t: string): string {
  const word = isOneOf(`lower(${t})`, [...NULL_WORDS]);
  const except = allowedValues.length === 0 ? '' : ` AND NOT (${isOneOf(t, allowedValues)})`;
  return `CASE WHEN strlen(${t}) > ${LONGEST_NULL_WORD} THEN FALSE ELSE (${word})${except} END`;
}

/** Not IN: a long list becomes a join, which loses the order of the rows. */
function isOneOf(text: string, words: readonly string[]): string {
  return words.length === 0 ? 'FALSE' : words.map((word) => `${text} = ${quoted(word)}`).join(' OR ');
}

function matches(text: string, pattern: string): string {
  return `regexp_matches(${text}, '\\A${pattern}\\z')`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Conditions that are true where a row of plain cells breaks no rule. Empty cells break nothing. */
function rulesSql(contract: Contract): string[] {
  const position = (name: string): number => contract.columns.findIndex((column) => column.name === name);
  const isNumber = (name: string): boolean =>
    ['decimal', 'integer', 'date'].includes(contract.columns[position(name)]?.type ?? '');
  const scaleOf = (name: string): number => {
    const column = contract.columns[position(name)];
    return column?.type === 'decimal' ? (column.scale ?? 0) : 0;
  };
  const units = (decimal: string, name: string): bigint => {
    const value = rational(decimal);
    return (value.numerator * 10n ** BigInt(scaleOf(name))) / value.denominator;
  };
  // Doubles, like the reference, so that both add up to the same.
  const amount = (name: string): string =>
    isNumber(name) ? `CAST(v${position(name)} AS DOUBLE)` : 'CAST(NULL AS DOUBLE)';
  const orZero = (name: string): string => `coalesce(${amount(name)}, 0)`;
  return contract.rules.map((rule) => `coalesce(${condition(rule)}, TRUE)`);

  function condition(rule: RowRule): string {
    switch (rule.kind) {
      case 'descending': {
        const steps = rule.columns.slice(1).map((name, index) => {
          const before = rule.columns.slice(0, index + 1).map(amount);
          return `coalesce(${amount(name)} <= least(${before.join(', ')}), TRUE)`;
        });
        return steps.join(' AND ') || 'TRUE';
      }
      case 'adds-up': {
        const sum = rule.parts.map(orZero).join(' + ') || '0';
        return `abs(${amount(rule.total)} - (${sum})) <= ${units(rule.within, rule.total)}`;
      }
      case 'present-when-positive':
        return `(${amount(rule.of)} > 0) = (v${position(rule.column)} IS NOT NULL)`;
      case 'zero-when': {
        if (contract.columns[position(rule.when)]?.type !== 'boolean') return 'TRUE';
        const zeros = rule.columns.map((name) => `${orZero(name)} = 0`).join(' AND ') || 'TRUE';
        return `NOT coalesce(v${position(rule.when)}, FALSE) OR (${zeros})`;
      }
      case 'includes':
        return `${amount(rule.column)} >= ${amount(rule.part)}`;
      case 'at-most':
        return `${amount(rule.column)} <= ${amount(rule.limit)} + ${units(rule.within, rule.column)}`;
    }
  }
}
