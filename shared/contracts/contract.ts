import type { DatasetId } from '../domain/ids.ts';
import type { ProblemCode } from '../domain/problem.ts';

// A contract says what a file of a dataset must be. It is data: the zod schema, the staging columns, the
// error messages, the documentation page and the PII map are all made from it.

export type ColumnType = 'text' | 'date' | 'integer' | 'decimal' | 'boolean';

export type Column = {
  /** Canonical name: lower case. Header names match it as `foldName` folds them: `Loan ID` is `loan_id`. */
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly unit?: string;
  /** Other names that the column has had in exports. */
  readonly aliases?: readonly string[];
  /** May the column be absent from the file? It is then empty in every row. */
  readonly optional?: boolean;
  /** May a cell be empty (or a null word)? */
  readonly nullable?: boolean;
  /** Decimals only: digits kept after the point. */
  readonly scale?: number;
  /**
   * Decimals only: what happens to digits beyond the scale. Float residue (within a millionth of a unit of the
   * last place) is always rounded away and counted. `reject` refuses anything more; `round` rounds half away
   * from zero and counts it.
   */
  readonly excessScale?: 'reject' | 'round';
  /** Decimals and integers only: `,` where the source writes `1.234,56`. Otherwise it is `1,234.56`. */
  readonly decimalMark?: ',';
  /** Text only: most characters of a cell where it may hold more than `LONGEST_TEXT`, such as a list in JSON. */
  readonly maxCharacters?: number;
  readonly allowedValues?: readonly string[];
  /** A value outside allowedValues rejects the row, or is only counted. */
  readonly onUnknownValue?: 'reject' | 'warn';
  /** Inclusive limits: decimal text in the column's unit, or for dates `YYYY-MM-DD`. */
  readonly min?: string;
  readonly max?: string;
  /** Problem code for a value below `min`, where it has a better name than `out-of-range`. */
  readonly belowMin?: ProblemCode;
  readonly classification: 'public' | 'internal' | 'confidential' | 'restricted';
  /** `direct` names a person and is masked before staging; `quasi` (ids, places) stays clear inside for joins. */
  readonly pii: 'none' | 'quasi' | 'direct';
  /**
   * Text columns only, required where pii is `direct`: the cell is staged as its token in this domain. Columns of one
   * domain share tokens, so that they still join.
   */
  readonly mask?: MaskDomain;
};

/** What a masked value is, which decides how it is normalised before it becomes a token. */
export type MaskDomain = 'name' | 'email' | 'phone' | 'dui' | 'nit' | 'trait';

/** A rule over the cells of one row. Rows that break an `error` rule are quarantined. */
export type RowRule = { readonly severity: 'error' | 'warning' } & (
  | {
      /** columns[0] >= columns[1] >= ... */
      readonly kind: 'descending';
      readonly code: ProblemCode;
      readonly columns: readonly string[];
    }
  | {
      /** The parts add up to the total, give or take `within`. */
      readonly kind: 'adds-up';
      readonly code: ProblemCode;
      readonly parts: readonly string[];
      readonly total: string;
      readonly within: string;
    }
  | {
      /** `column` has a value exactly when `of` is above zero. */
      readonly kind: 'present-when-positive';
      readonly code: ProblemCode;
      readonly column: string;
      readonly of: string;
    }
  | {
      /** Each of `columns` is zero in rows where the boolean `when` is true. */
      readonly kind: 'zero-when';
      readonly code: ProblemCode;
      readonly columns: readonly string[];
      readonly when: string;
    }
  | {
      /** `column` is at least as much as its own sub-bucket `part`. */
      readonly kind: 'includes';
      readonly code: ProblemCode;
      readonly column: string;
      readonly part: string;
    }
  | {
      /** `column` is at most `limit`, give or take `within`. */
      readonly kind: 'at-most';
      readonly code: ProblemCode;
      readonly column: string;
      readonly limit: string;
      readonly within: string;
    }
);

/** How the true as-of date of a file is read from its rows. */
export type AsOfRule =
  /** The newest date of a column. */
  | { readonly kind: 'newest'; readonly column: string }
  /** `date + days` of rows where days is above zero; among the rows of the newest `label` when there is one. */
  | {
      readonly kind: 'date-plus-days';
      readonly date: string;
      readonly days: string;
      /** Snapshot label; without overdue rows the label itself is the as-of date. */
      readonly label?: string;
    }
  /** The newest date of a column that dates events, not snapshots: few rows on the last day are nothing strange. */
  | {
      readonly kind: 'newest-event';
      readonly column: string;
      /** Last day of an event that lasts; where it has a value it counts instead of the first. */
      readonly until?: string;
    }
  /** The rows tell nothing: the day comes with the drop or from the file's name. */
  | {
      readonly kind: 'given';
      /** Reference data of a day: books of that day and later ones have it, and nothing is computed of it alone. */
      readonly isReference?: true;
    }
  /** Reference data without a day: the newest accepted file is in every book. */
  | { readonly kind: 'always' };

/** Rows of this dataset name rows of another one. Those that name nothing are orphans. */
export type Reference = {
  /** Column here and in the relation it points to. */
  readonly column: string;
  readonly to: { readonly dataset: DatasetId; readonly relation: string; readonly column: string };
  /**
   * The column holds an id without its entity prefix: the prefix follows from the first letter of the last word of
   * another column (`... F` is `ABF`), and stands before the id with this separator.
   */
  readonly prefix?: {
    readonly from: string;
    readonly byInitial: Readonly<Record<string, string>>;
    readonly separator: string;
  };
  /** Orphans are set aside in quarantine, or only counted. */
  readonly orphans: 'quarantine' | 'warn';
  /** Share of orphans above which the whole file is rejected; decimal text. */
  readonly maxShare: string;
};

/**
 * What a file as a whole must be, beyond its single rows. Nullability, ranges, allowed values, row rules, keys,
 * tolerance and references are expectations too, made from the contract's other parts.
 */
export type Expectation = {
  readonly id: string;
  readonly severity: 'block' | 'warn';
  /** One sentence that says what is expected, for the report. */
  readonly about: string;
} & (
  | {
      /** Rows for which the SQL predicate over the staged columns is true are at most this share; decimal text. */
      readonly kind: 'share';
      readonly where: string;
      readonly maxShare: string;
    }
  | {
      /** A sum here equals a sum over another relation of the book, give or take `within` (decimal text). */
      readonly kind: 'reconciles';
      /** SQL aggregate over the staged rows, and one over the other relation; it may name that relation again. */
      readonly here: string;
      readonly with: { readonly dataset: DatasetId; readonly relation: string; readonly sum: string };
      /** Only when both stand for the same day. */
      readonly sameDay: boolean;
      readonly within: string;
    }
  | {
      /** Every balance is what these other files give, as the KPI models work balances out of them. */
      readonly kind: 'rebuilds';
      readonly from: readonly { readonly dataset: DatasetId; readonly relation: string }[];
    }
  | {
      /** Number of rows against the earlier accepted files of the dataset, in percent of their median. */
      readonly kind: 'volume';
      /** `Infinity` as `maxPercent` lets any number through at that end. */
      readonly minPercent: number;
      readonly maxPercent: number;
    }
  | {
      /** Days from the as-of date to the day that the file landed. */
      readonly kind: 'fresh';
      readonly maxDays: number;
    }
);

export type Contract = {
  readonly dataset: DatasetId;
  /** Distinguishes shapes of one dataset: `loan_tape` and `loan_tape_par`. Also the contract's file name. */
  readonly name: string;
  readonly version: number;
  /** SQL relation that the staged rows become. */
  readonly relation: string;
  readonly title: string;
  readonly grain: string;
  readonly owner: string;
  readonly columns: readonly Column[];
  /** At least one of these optional columns has to be there: without any of them the file says nothing. */
  readonly needsOneOf?: readonly string[];
  /** Columns that tell rows apart; none where rows have no identity, and equal ones each count. */
  readonly key: readonly string[];
  /** Rows that differ under one key contradict each other, unless the first of them is the one that counts. */
  readonly repeatedKeys?: 'conflict' | 'keep-first';
  readonly rules: readonly RowRule[];
  readonly asOf: AsOfRule;
  /** Columns the contract does not know: `freeze` rejects the file, `evolve` lists and ignores them. */
  readonly mode: 'freeze' | 'evolve';
  /** Above this share of bad rows the whole file is rejected; decimal text, `0.01` is 1 %. */
  readonly maxRejectedShare: string;
  /** A file with a header and no row is valid: there is just nothing of the kind. */
  readonly mayBeEmpty?: boolean;
  readonly references?: readonly Reference[];
  readonly expectations?: readonly Expectation[];
};

/** Its files only go into the books of others: nothing is computed of them alone. */
export function isReference({ asOf }: Pick<Contract, 'asOf'>): boolean {
  return asOf.kind === 'always' || (asOf.kind === 'given' && asOf.isReference === true);
}

/** `loans@1`: how people and documents name a contract. */
export function contractLabel(contract: Pick<Contract, 'name' | 'version'>): string {
  return `${contract.name}@${contract.version}`;
}
