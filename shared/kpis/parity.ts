import { fromEpochDay } from '../domain/local-date.ts';
import {
  compare,
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
  toDecimal,
} from '../domain/rational.ts';
import type { Catalog } from './catalog.ts';
import { isTable } from './derived-tables.ts';
import type { KpiDefinition } from './kpi-definition.ts';
import type { KpiMart, KpiResult } from './kpi-result.ts';
import type { Parity, ParityMismatch } from './parity-result.ts';
import { CORE_KPIS } from './twin/core-kpis.ts';
import { type Decimal, isComputable, type TwinFigure } from './twin/figure.ts';

// Two computations of the core KPIs side by side: the engine's, which is published, and the twin's. Sums and the two
// sides of a ratio must be equal to the last digit, and a ratio within 1e-9; what one cannot compute the other must not
// have a value for.

export type ParityOptions = {
  /** KPIs that the engine failed to compute, which its own report says. */
  readonly except?: ReadonlySet<string>;
};

export function parityOf(
  mart: Pick<KpiMart, 'kpis' | 'former' | 'series'>,
  figures: readonly TwinFigure[],
  { except = new Set() }: ParityOptions = {},
): Parity {
  const isCore = ({ id }: KpiResult) => CORE_KPIS.has(id) && !except.has(id);
  const isKnown = ({ id, version }: KpiResult) => CORE_KPIS.get(id)?.includes(version) === true;
  const current = [...mart.series, ...mart.kpis].filter(isCore);
  const all = [...current, ...mart.former.filter(isCore)];
  const results = all.filter(isKnown);
  // Of a version that has been replaced the mart has the newest result alone.
  const [names, places] = [new Set(current.map(nameOf)), new Set(results.map(keyOf))];
  const pairs = new Map<string, Pair>();
  for (const figure of figures) {
    const at = { id: figure.kpi, version: figure.version, reportingDate: fromEpochDay(figure.reportingDay) };
    if (names.has(nameOf(at)) || places.has(keyOf(at))) pairs.set(keyOf(at), { at, figure });
  }
  for (const result of results) pairs.set(keyOf(result), { at: result, ...pairs.get(keyOf(result)), result });
  return {
    checked: pairs.size,
    mismatches: [...pairs.values()].flatMap(mismatchesOf).toSorted(byDateAndName),
    unproven: [...new Set(all.filter((result) => !isKnown(result)).map(nameOf))].toSorted(),
  };
}

/** The core KPIs alone and what they read, for whoever wants to know of no other. */
export function coreCatalog(catalog: Catalog): Catalog {
  const isCore = ({ id }: KpiDefinition) => CORE_KPIS.has(id);
  return {
    ...catalog,
    kpis: catalog.kpis.filter(isCore),
    former: catalog.former.filter(isCore),
    models: catalog.models.filter((model) => !isTable(model)),
  };
}

/** At one KPI and date: what the engine says, what the twin says, or both. */
type Pair = {
  readonly at: Pick<KpiResult, 'id' | 'version' | 'reportingDate'>;
  readonly result?: KpiResult;
  readonly figure?: TwinFigure;
};

function mismatchesOf({ at, result, figure }: Pair): readonly ParityMismatch[] {
  const computed = figure !== undefined && isComputable(figure) ? figure : undefined;
  const engineHasValue = result !== undefined && result.value !== null;
  if (computed === undefined && !engineHasValue) return [];
  const named = { kpi: at.id, version: at.version, reportingDate: at.reportingDate };
  const parts = sidesOf(result, computed).filter(({ engine, twin, within }) => !agree(engine, twin, within));
  return parts.map(({ part, engine, twin }) => ({
    ...named,
    part,
    engine: shown(engine),
    twin: shown(twin),
    difference: engine && twin ? shown(subtract(engine, twin)) : null,
  }));
}

type Side = {
  readonly part: ParityMismatch['part'];
  readonly engine: Rational | undefined;
  readonly twin: Rational | undefined;
  /** How far apart they may be. */
  readonly within: Rational;
};

/** The engine divides to ten decimals; that is the only rounding there is. */
const RATIO_TOLERANCE = rational('0.000000001');
const EXACT = rational('0');

function sidesOf(result: KpiResult | undefined, figure: TwinFigure | undefined): readonly Side[] {
  const engine = (part: 'value' | 'numerator' | 'denominator') => {
    const text = result?.value === null ? null : (result?.[part] ?? null);
    return text === null ? undefined : rational(text);
  };
  const numerator = figure && fraction(figure.numerator);
  const denominator = figure?.denominator && fraction(figure.denominator);
  const quotient = numerator && denominator ? divide(numerator, denominator) : numerator;
  return [
    {
      part: 'value',
      engine: engine('value'),
      twin: quotient && figure ? multiply(quotient, rational(figure.times)) : undefined,
      within: denominator || result?.denominator ? RATIO_TOLERANCE : EXACT,
    },
    { part: 'numerator', engine: engine('numerator'), twin: numerator, within: EXACT },
    { part: 'denominator', engine: engine('denominator'), twin: denominator, within: EXACT },
  ];
}

function agree(a: Rational | undefined, b: Rational | undefined, within: Rational): boolean {
  if (a === undefined || b === undefined) return a === b;
  const difference = subtract(a, b);
  return compare(difference, within) <= 0 && compare(subtract(EXACT, difference), within) <= 0;
}

function fraction({ units, scale }: Decimal): Rational {
  return { numerator: units, denominator: 10n ** BigInt(scale) };
}

function shown(value: Rational | undefined): string | null {
  return value === undefined ? null : toDecimal(value, 12).replace(/\.?0+$/, '');
}

function nameOf({ id, version }: Pick<KpiResult, 'id' | 'version'>): string {
  return `${id}@${version}`;
}

function keyOf(at: Pair['at']): string {
  return `${at.reportingDate} ${nameOf(at)}`;
}

function byDateAndName(a: ParityMismatch, b: ParityMismatch): number {
  const [first, second] = [a, b].map(
    ({ reportingDate, kpi, version }) => `${reportingDate} ${kpi}@${version}`,
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}
