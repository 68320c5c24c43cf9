import { type Catalog, parseCatalog } from '../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../shared/kpis/catalog-assets.ts';

const FILES = ['par', 'portfolio', 'concentration', 'origination', 'liquidity', 'pricing'];

let catalog: Promise<Catalog> | undefined;

/**
 * Some of the shipped definitions over the shipped models, without derived tables: how runs go through the stages does
 * not hang on how many KPIs there are, and the whole catalogue takes several times as long.
 */
export function coreCatalog(): Promise<Catalog> {
  catalog ??= readCatalogAssets().then((assets) =>
    parseCatalog(
      assets.filter(({ name }) =>
        name.startsWith('catalog/')
          ? FILES.some((file) => name === `catalog/${file}.yaml`)
          : !name.startsWith('models/table_'),
      ),
    ),
  );
  return catalog;
}
