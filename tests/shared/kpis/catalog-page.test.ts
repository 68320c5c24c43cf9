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

it('spells out conditions, limits of either direction and a definition that is not agreed', () => {
  const text = `kpis:
  - id: risk.cover
    name: Cover
    department: risk
    owner: Risk
    cadence: daily
    version: 2
    provisional: true
    formula: cash over live balances
    models: [mart_a]
    measures:
      cash: { sum: cash }
      live: { sum: balance, where: balance > 0 }
      lost: { count: rows, where: lost }
    metric: { numerator: cash, denominator: live }
    requires: [{ zero: lost, otherwise: 'lost {lost}' }]
    unit: fraction
    direction: higher-is-better
    thresholds: { warning: '1.5', critical: 1 }
    precision: 4
`;
  const catalog = parseCatalog([
    { name: 'catalog/a.yaml', text },
    { name: 'models/mart_a.sql', text: 'SELECT * FROM cascade_loan_tape, looker_loans' },
  ]);

  const page = catalogPage(catalog);

  expect(page).toContain('| higher | warning below 1.5, critical below 1 |');
  expect(page).toContain('Version 2, provisional; department risk.');
  expect(page).toContain('Computed as `(cash) / (live)`, where');
  expect(page).toContain('`live`: sum of `balance` where `balance > 0`');
  expect(page).toContain('- Has no value unless `lost` is zero.');
  expect(page).toContain('Read from `mart_a` (cascade/loan_tape, looker/loans).');
});
