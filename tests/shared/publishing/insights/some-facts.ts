import { LocalDate } from '../../../../shared/domain/local-date.ts';
import type { InsightFacts, KpiFacts } from '../../../../shared/publishing/insights/insight-facts.ts';

/** PAR 90 at 5.40 %, from 4.80 % the month before; limits 3 and 5. */
export function somePar90(overrides: Partial<KpiFacts> = {}): KpiFacts {
  return {
    id: 'risk.par_90',
    version: 1,
    unit: 'percent',
    better: 'lower',
    status: 'critical',
    reporting_date: LocalDate.parse('2025-12-31'),
    value: '5.40',
    limits: { warning: '3', critical: '5' },
    before: {
      reporting_date: LocalDate.parse('2025-11-30'),
      value: '4.80',
      change: '0.60',
      change_in_percent: '12.50',
    },
    ...overrides,
  };
}

/** 12,004,800 USD outstanding, from 12,254,700. */
export function someOutstanding(overrides: Partial<KpiFacts> = {}): KpiFacts {
  return {
    id: 'port.outstanding',
    version: 1,
    unit: 'usd',
    better: 'higher',
    status: 'ok',
    reporting_date: LocalDate.parse('2025-12-31'),
    value: '12004800.25',
    before: {
      reporting_date: LocalDate.parse('2025-11-30'),
      value: '12254700.00',
      change: '-249899.75',
      change_in_percent: '-2.04',
    },
    ...overrides,
  };
}

export function someClients(overrides: Partial<KpiFacts> = {}): KpiFacts {
  const { before: _before, ...facts } = someOutstanding();
  return { ...facts, id: 'port.active_clients', unit: 'count', value: '1223', ...overrides };
}

export function someFacts(overrides: Partial<InsightFacts> = {}): InsightFacts {
  return {
    as_of: LocalDate.parse('2025-12-31'),
    counts: { critical: 2, warning: 1, within_limits: 12, without_value: 3 },
    kpis: [somePar90(), someOutstanding(), someClients()],
    ...overrides,
  };
}
