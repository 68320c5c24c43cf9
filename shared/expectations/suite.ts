import type { Contract, Expectation, Reference, RowRule } from '../contracts/contract.ts';
import type { ProblemCode } from '../domain/problem.ts';
import { cellItems } from './cell-items.ts';
import { bandInWords, countInWords, limitInWords } from './in-words.ts';
import { ruleItems } from './rule-items.ts';

// The expectation suite of a contract: everything that the contract asks of a file, as a list. Each item is evaluated
// where its facts are: while rows are decoded, in SQL over the staged file and the book, or against earlier runs.

export type SuiteItem = ItemText &
  (
    | { readonly kind: 'readable' | 'row-count' | 'as-of' | 'row-shape' | 'unique' }
    | { readonly kind: 'columns'; readonly mode: Contract['mode'] }
    | {
        readonly kind: 'cells';
        readonly check: 'not-null' | 'type' | 'range' | 'values';
        readonly column: string;
      }
    | { readonly kind: 'rule'; readonly rule: RowRule; readonly columns: readonly string[] }
    | { readonly kind: 'tolerance'; readonly maxShare: string }
    | { readonly kind: 'references'; readonly reference: Reference }
    | { readonly kind: 'orphan-share'; readonly reference: Reference }
    | { readonly kind: 'share'; readonly expectation: Extract<Expectation, { kind: 'share' }> }
    | { readonly kind: 'reconciles'; readonly expectation: Extract<Expectation, { kind: 'reconciles' }> }
    | { readonly kind: 'rebuilds'; readonly expectation: Extract<Expectation, { kind: 'rebuilds' }> }
    | { readonly kind: 'volume'; readonly expectation: Extract<Expectation, { kind: 'volume' }> }
    | { readonly kind: 'fresh'; readonly expectation: Extract<Expectation, { kind: 'fresh' }> }
  );

export type ItemText = {
  readonly id: string;
  readonly about: string;
  readonly severity: 'block' | 'warn';
  readonly threshold: string;
  /** Problems by which a failure is known. The first one leads to the runbook. */
  readonly codes: readonly ProblemCode[];
};

export type ItemOf<Kind extends SuiteItem['kind']> = Extract<SuiteItem, { kind: Kind }>;

/** The file as a whole first, then its rows, then what it must agree with. Ids are unique within a suite. */
export function suiteOf(contract: Contract): readonly SuiteItem[] {
  return [
    ...fileItems(contract),
    rowShape,
    ...contract.columns.flatMap(cellItems),
    ...ruleItems(contract.rules),
    unique(contract),
    tolerance(contract),
    ...(contract.references ?? []).flatMap(referenceItems),
    ...(contract.expectations ?? []).map(declared),
  ];
}

function fileItems(contract: Contract): SuiteItem[] {
  return [
    {
      kind: 'readable',
      id: 'readable',
      about: 'The file can be read to its end, and is safe to read',
      severity: 'block',
      threshold: 'no error',
      codes: ['damaged-file'],
    },
    columns(contract),
    ...(contract.mayBeEmpty === true ? [] : [rowCount]),
    ...(contract.asOf.kind === 'always' ? [] : [asOf]),
  ];
}

function columns(contract: Contract): SuiteItem {
  const required = contract.columns.filter(({ optional }) => optional !== true).length;
  const isFrozen = contract.mode === 'freeze';
  return {
    kind: 'columns',
    mode: contract.mode,
    id: 'columns',
    about: isFrozen
      ? 'The file has each required column once, and no column that the contract does not know'
      : 'The file has each required column once; others are ignored',
    severity: 'block',
    threshold: `${countInWords(required)} required${isFrozen ? ', no unknown one' : ''}`,
    codes: ['missing-column', 'duplicate-column', 'unexpected-column'],
  };
}

const rowCount: SuiteItem = {
  kind: 'row-count',
  id: 'row-count',
  about: 'The file has rows',
  severity: 'block',
  threshold: 'at least 1 row',
  codes: ['header-only'],
};

const asOf: SuiteItem = {
  kind: 'as-of',
  id: 'as-of',
  about: 'It is clear which day the file stands for, and that day is not in the future',
  severity: 'block',
  threshold: 'one day',
  codes: ['no-as-of', 'future-as-of', 'as-of-conflict'],
};

const rowShape: SuiteItem = {
  kind: 'row-shape',
  id: 'row-shape',
  about: 'Every row has one cell for each column, and can be read',
  severity: 'warn',
  threshold: 'no row',
  codes: ['ragged-row', 'malformed-row'],
};

function unique({ key, grain }: Contract): SuiteItem {
  return {
    kind: 'unique',
    id: `unique:${key.join('+')}`,
    about: `No two rows with the same ${key.join(' and ')} contradict each other: ${grain}`,
    severity: 'warn',
    threshold: 'no row',
    codes: ['conflicting-duplicate', 'identical-duplicate'],
  };
}

function tolerance({ maxRejectedShare }: Contract): SuiteItem {
  return {
    kind: 'tolerance',
    maxShare: maxRejectedShare,
    id: 'tolerance',
    about:
      'Few enough rows are bad: up to the limit they are set aside in quarantine, above it the file is rejected',
    severity: 'block',
    threshold: `at most ${limitInWords(maxRejectedShare)}`,
    codes: ['too-many-bad-rows', 'rows-quarantined'],
  };
}

/** As with single rows: an orphan alone is only said, too many of them stop the file. */
function referenceItems(reference: Reference): SuiteItem[] {
  const { column, to, orphans, maxShare } = reference;
  const arrow = `${column}->${to.relation}`;
  const fate = orphans === 'quarantine' ? 'is set aside in quarantine' : 'is counted and kept';
  return [
    {
      kind: 'references',
      reference,
      id: `references:${arrow}`,
      about: `Every ${column} is a ${to.column} of ${to.dataset}; a row whose ${column} is not ${fate}`,
      severity: 'warn',
      threshold: 'no row',
      codes: ['orphan'],
    },
    {
      kind: 'orphan-share',
      reference,
      id: `orphan-share:${arrow}`,
      about: `Few enough rows name a ${column} that ${to.dataset} does not know`,
      severity: 'block',
      threshold: `at most ${limitInWords(maxShare)}`,
      codes: ['orphan'],
    },
  ];
}

function declared(expectation: Expectation): SuiteItem {
  const { id, about, severity } = expectation;
  const text = { id, about, severity };
  switch (expectation.kind) {
    case 'share':
      return {
        ...text,
        kind: 'share',
        expectation,
        threshold: `at most ${limitInWords(expectation.maxShare)}`,
        codes: ['share-exceeded'],
      };
    case 'reconciles':
      return {
        ...text,
        kind: 'reconciles',
        expectation,
        threshold: `equal within ${expectation.within}`,
        codes: ['not-reconciled'],
      };
    case 'rebuilds':
      return {
        ...text,
        kind: 'rebuilds',
        expectation,
        threshold: 'no difference',
        codes: ['not-reconciled'],
      };
    case 'volume':
      return {
        ...text,
        kind: 'volume',
        expectation,
        threshold: `${bandInWords(expectation)} of the median`,
        codes: ['volume-change'],
      };
    case 'fresh':
      return {
        ...text,
        kind: 'fresh',
        expectation,
        threshold: `at most ${expectation.maxDays} ${expectation.maxDays === 1 ? 'day' : 'days'}`,
        codes: ['stale-data'],
      };
  }
}
