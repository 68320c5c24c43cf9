// What the twin says of a KPI. A fraction stays one: it is held against the engine's value without a division.

/** Decimal with its scale: 12.50 is 1250 at scale 2. */
export type Decimal = { readonly units: bigint; readonly scale: number };

export type TwinFigure = {
  readonly kpi: string;
  readonly version: number;
  /** Day since 1970-01-01 of the label. */
  readonly reportingDay: number;
  readonly numerator: Decimal;
  /** Absent for a sum. */
  readonly denominator?: Decimal;
  /** The fraction times this is the value: 100 for percent. */
  readonly times: number;
  /** Why there is no value, other than nothing to divide by. */
  readonly lacks?: string;
};

export function isComputable({ denominator, lacks }: TwinFigure): boolean {
  return lacks === undefined && denominator?.units !== 0n;
}

export function cents(units: bigint): Decimal {
  return { units, scale: 2 };
}

export function count(units: number | bigint): Decimal {
  return { units: BigInt(units), scale: 0 };
}

/** A figure of any date. */
export type Formula = Omit<TwinFigure, 'reportingDay'>;

export function percent(kpi: string, numerator: Decimal, denominator: Decimal, version = 1): Formula {
  return { kpi, version, numerator, denominator, times: 100 };
}

export function sum(kpi: string, numerator: Decimal, version = 1): Formula {
  return { kpi, version, numerator, times: 1 };
}
