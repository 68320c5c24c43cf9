import { describe, expect, it } from '@jest/globals';
import { loadCatalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { catalogPage } from '../../../shared/kpis/catalog-page.ts';
import { golden } from '../../support/golden.ts';

describe('docs/kpis.md', () => {
  it('says what the catalogue says', async () => {
    const page = catalogPage(await loadCatalog());

    expect(page).toBe(golden('../../docs/kpis.md', page));
  });
});

it('spells out conditions, limits of either direction, versions, dimensions and a definition that is not agreed', () => {
  const text = `kpis:
  - id: risk.cover
    name: Cover
    name_es: Cobertura
    department: risk
    owner: Risk
    cadence: daily
    version: 2
    provisional: true
    formula: cash over live balances
    grain: loan
    freshness: 24
    dimensions: [company, state]
    contributors: loan_id
    models: [mart_a]
    measures:
      cash: { sum: cash, over_time: sum }
      live: { sum: balance, where: balance > 0 }
      lost: { count: rows, where: lost }
    metric: { numerator: cash, denominator: live }
    requires: [{ zero: lost, otherwise: 'lost {lost}' }]
    unit: fraction
    direction: higher-is-better
    thresholds: { warning: '1.5', critical: 1 }
    precision: 4
  - id: risk.cover
    name: Cover
    name_es: Cobertura
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: all cash
    grain: loan
    freshness: 24
    models: [mart_a]
    measures:
      cash: { sum: cash }
    metric: { numerator: cash }
    unit: usd
    direction: neutral
    precision: 2
  - id: risk.score
    name: Score
    name_es: Score
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: mean bureau score
    grain: customer
    freshness: 24
    unavailable: needs the bureau, and no feed brings it
    unit: score
    direction: neutral
    ripens: true
    precision: 0
`;
  const catalog = parseCatalog([
    { name: 'catalog/a.yaml', text },
    { name: 'models/mart_a.sql', text: 'SELECT * FROM cascade_loan_tape, int_b' },
    { name: 'models/int_b.1_more.sql', text: 'SELECT * FROM looker_loans, looker_customers' },
    { name: 'models/int_b.2_less.sql', text: 'SELECT * FROM looker_loans' },
  ]);

  const page = catalogPage(catalog);

  expect(page).toContain('| higher | warning below 1.5, critical below 1 |');
  expect(page).toContain('| company | 1 |');
  expect(page).toContain('## risk.cover\n\nCover (Cobertura). cash over live balances');
  expect(page).toContain('Version 2, provisional; department risk.');
  expect(page).toContain('Computed as `(cash) / (live)`, where');
  expect(page).toContain('`cash`: sum of `cash`; added up over longer periods');
  expect(page).toContain('`live`: sum of `balance` where `balance > 0`');
  expect(page).toContain('- Has no value unless `lost` is zero.');
  expect(page).toContain(
    'Read from `mart_a` (needs cascade/loan_tape, looker/loans; better with looker/customers).',
  );
  expect(page).toContain('- A row is a loan; stale after 24 hours.');
  expect(page).toContain('- Divided by company, state.');
  expect(page).toContain('named by `loan_id`, as pseudonyms.');
  expect(page).toContain('- Former version 1, computed as `cash`: all cash');
  expect(page).toContain('## risk.score\n\nScore. mean bureau score');
  expect(page.match(/- Ripens: values go on changing/g)).toHaveLength(1);
  expect(page).toContain('- Not computable: needs the bureau, and no feed brings it.');
});
