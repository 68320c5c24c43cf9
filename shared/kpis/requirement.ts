import { ofDay } from '../domain/local-date.ts';
import type { ExactDecimal } from './exact-decimal.ts';
import { exactDecimalText } from './exact-decimal.ts';
import type { ComputableKpi } from './kpi-definition.ts';
import type { BookEntry } from './kpi-result.ts';
import { datasetOfRelation } from './relations.ts';

// A KPI over half of its data looks like a better KPI. A definition may name measures that must be zero for its
// number to be true, or must not be, and the words that stand in the number's place otherwise.

/** `{unknown_loans}` becomes the measure, `{looker_loans}` the dataset with the day of its snapshot. */
const PLACEHOLDER = /\{([a-z][a-z0-9_]*)\}/g;

export function placeholdersIn(words: string): readonly string[] {
  return Array.from(words.matchAll(PLACEHOLDER), ([, name = '']) => name);
}

/** The words of the first requirement that is not met. */
export function unmetRequirement(
  { requires = [] }: ComputableKpi,
  measures: Readonly<Record<string, ExactDecimal>>,
  book: readonly BookEntry[],
): string | undefined {
  const isZero = (name: string) => measures[name]?.units === 0n;
  const unmet = requires.find((needed) => ('zero' in needed ? !isZero(needed.zero) : isZero(needed.some)));
  return unmet?.otherwise.replaceAll(PLACEHOLDER, (_, name: string) => {
    const measure = measures[name];
    return measure ? grouped(exactDecimalText(measure)) : snapshotWords(name, book);
  });
}

function snapshotWords(relation: string, book: readonly BookEntry[]): string {
  const days = book.filter((entry) => entry.relation === relation).map(({ asOf }) => ofDay(asOf));
  return `${datasetOfRelation(relation)}${days.join('')}`;
}

/** 12345.67 as 12,345.67. */
function grouped(decimal: string): string {
  return decimal.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',');
}
