import type { LocalDate } from '../shared/domain/local-date.ts';
import type { KpiResult } from '../shared/kpis/kpi-result.ts';
import type { Parity, ParityMismatch } from '../shared/kpis/parity-result.ts';
import { CORE_KPIS } from '../shared/kpis/twin/core-kpis.ts';

// What `npm run parity` prints: a line for each core KPI, and the first differences of those that do not agree.

export type Proved = {
  readonly asOf: LocalDate;
  readonly relations: readonly string[];
  /** Every core result of the engine. */
  readonly results: readonly KpiResult[];
  readonly parity: Parity;
};

/** Differences shown of one KPI; all of them are in --json. */
const SHOWN = 5;

export function parityLines({ asOf, relations, results, parity }: Proved): readonly string[] {
  const ids = [...CORE_KPIS.keys()];
  const width = Math.max(...ids.map((id) => id.length));
  const { checked, mismatches, unproven } = parity;
  return [
    `Book as of ${asOf}: ${relations.join(', ')}`,
    '',
    ...ids.flatMap((id) => kpiLines(id, width, results, mismatches)),
    '',
    ...unproven.map((name) => `The twin does not know ${name}: nobody has proved it.`),
    mismatches.length === 0
      ? `${checked} values agree.`
      : `${new Set(mismatches.map(keyOf)).size} of ${checked} values do not agree.`,
  ];
}

function kpiLines(
  id: string,
  width: number,
  results: readonly KpiResult[],
  mismatches: readonly ParityMismatch[],
): readonly string[] {
  const own = results.filter((result) => result.id === id);
  const wrong = mismatches.filter(({ kpi }) => kpi === id);
  const dates = new Set(own.filter(({ value }) => value !== null).map(({ reportingDate }) => reportingDate));
  const newest = own.findLast(({ value }) => value !== null);
  const name = id.padEnd(width);
  if (wrong.length === 0 && newest === undefined)
    return [`  ${name}  none     ${own.at(-1)?.reason ?? 'not in the catalogue'}`];
  const shown = `${String(dates.size).padStart(4)} dates  newest ${newest?.value ?? 'none'}`;
  return [
    `  ${name}  ${wrong.length === 0 ? 'agrees ' : 'DIFFERS'}  ${shown}`,
    ...wrong.slice(0, SHOWN).map(differenceLine),
    ...(wrong.length > SHOWN ? [`      and ${wrong.length - SHOWN} more`] : []),
  ];
}

function differenceLine({ reportingDate, part, engine, twin, difference }: ParityMismatch): string {
  const by = difference === null ? '' : `, by ${difference}`;
  return `      ${reportingDate} ${part}: engine ${engine ?? 'none'}, twin ${twin ?? 'none'}${by}`;
}

function keyOf({ kpi, version, reportingDate }: ParityMismatch): string {
  return `${kpi}@${version} ${reportingDate}`;
}
