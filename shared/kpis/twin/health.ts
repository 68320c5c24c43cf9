import type { Decimal } from './figure.ts';

// Portfolio health, version 2 (domain.md 3.2): clamp((10 - PAR30 / 10) x clamp(efficiency / 100, 0, 1), 0, 10), both in
// percent. With PAR30 = 100 p / o and efficiency = 100 c / d, that is 10 (o - p) x min(max(c, 0), d) / (o x d), which
// is never above 10, and not below 0 when o - p is kept from it.

export type HealthParts = {
  readonly outstanding: bigint;
  readonly par30: bigint;
  readonly collected: bigint;
  readonly due: bigint;
};

export function healthFraction(parts: HealthParts): {
  readonly numerator: Decimal;
  readonly denominator: Decimal;
} {
  const { outstanding, par30, collected, due } = parts;
  const received = collected < 0n ? 0n : collected > due ? due : collected;
  const current = outstanding > par30 ? outstanding - par30 : 0n;
  return {
    numerator: { units: 10n * current * received, scale: 4 },
    denominator: { units: outstanding * due, scale: 4 },
  };
}
