import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Catalog, loadCatalog } from '../../../../shared/kpis/catalog.ts';
import {
  DEPARTMENT_KPIS,
  listsFigure,
  STRIP,
  VIEW_OF,
  VIEWS,
} from '../../../../shared/publishing/dashboard/views.ts';

let catalog: Catalog;
beforeAll(async () => {
  catalog = await loadCatalog();
});

describe('the views', () => {
  it('name no KPI that the catalogue does not have', () => {
    const named = [
      ...Object.values(DEPARTMENT_KPIS).flat(),
      ...VIEWS.flatMap((view) => [
        ...VIEW_OF[view].tiles,
        ...VIEW_OF[view].trends.flatMap(({ kpis }) => kpis),
      ]),
    ];

    const known = new Set(catalog.kpis.map(({ id }) => id));
    expect([...new Set(named)].filter((id) => !known.has(id))).toEqual([]);
  });

  it('have eight figures at the head of the executive one', () => {
    expect(STRIP).toHaveLength(8);
    expect(VIEW_OF.executive.tiles).toEqual(STRIP);
  });

  it('draw lines of one unit together, three at most', () => {
    const unitOf = new Map(catalog.kpis.map(({ id, unit }) => [id, unit]));

    for (const { kpis } of VIEWS.flatMap((view) => VIEW_OF[view].trends)) {
      expect(new Set(kpis.map((id) => unitOf.get(id))).size).toBe(1);
      expect(kpis.length).toBeLessThanOrEqual(3);
    }
  });

  it('list every KPI of a department under it, and those of an area by the first part of their id', () => {
    expect(listsFigure(VIEW_OF.finance, 'cov.surplus', 'finance')).toBe(true);
    expect(listsFigure(VIEW_OF.collections, 'timing.late', 'risk')).toBe(true);
    expect(listsFigure(VIEW_OF.collections, 'risk.collection_rate', 'risk')).toBe(true);
    expect(listsFigure(VIEW_OF.collections, 'risk.par_30', 'risk')).toBe(false);
    expect(listsFigure(VIEW_OF.marketing, 'uw.ltv', undefined)).toBe(false);
  });
});
