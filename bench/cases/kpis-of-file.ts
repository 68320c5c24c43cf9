import { dirname } from 'node:path';
import { duckDbSqlEngine } from '../../shared/adapters/duckdb/duckdb-sql-engine.ts';
import type { Contract } from '../../shared/contracts/contract.ts';
import { RunId, Sha256 } from '../../shared/domain/ids.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import { limitsFor } from '../../shared/kpis/book-size.ts';
import { type Catalog, parseCatalog } from '../../shared/kpis/catalog.ts';
import { readCatalogAssets } from '../../shared/kpis/catalog-assets.ts';
import { computeKpis } from '../../shared/kpis/compute-kpis.ts';
import type { KpiMart, KpiResult } from '../../shared/kpis/kpi-result.ts';
import type { Found } from '../measurement.ts';

/**
 * The dozen KPIs of balances that the peers compute as well: a chain with more to do would be no comparison. The whole
 * catalogue is a case of its own.
 */
export async function balanceCatalog(): Promise<Catalog> {
  const assets = await readCatalogAssets();
  const definitions = new Set(['catalog/par.yaml', 'catalog/portfolio.yaml']);
  return parseCatalog(
    assets.filter(({ name }) =>
      name.startsWith('catalog/') ? definitions.has(name) : !name.startsWith('models/table_'),
    ),
  );
}

/** The KPIs that this file alone gives, with the limits that the product sets the engine. */
export async function kpisOf(
  { file, rows }: { readonly file: string; readonly rows: number },
  contract: Contract,
  catalog: Catalog,
): Promise<KpiMart> {
  const asOf = LocalDate.parse('2025-12-10');
  const entry = {
    dataset: contract.dataset,
    relation: contract.relation,
    asOf,
    sha256: Sha256.parse('0'.repeat(64)),
    contractVersion: contract.version,
    runId: RunId.parse('run_000000000000'),
    stagingPath: file,
    stagedSha256: Sha256.parse('0'.repeat(64)),
    rows,
  };
  await using sql = await duckDbSqlEngine.open(dirname(file), limitsFor([entry]));
  const onFailure = ({ error }: { error: unknown }): never => {
    throw error;
  };
  const files = new Map([[contract.relation, file]]);
  return await computeKpis({ book: [entry], files, catalog, sql, asOf, onFailure });
}

/** What the chains have to agree on. */
export function newestOf({ kpis }: KpiMart): NonNullable<Found['newest']> {
  const centsOf = (id: string): string => centsText(kpis.find((kpi) => kpi.id === id));
  return {
    outstanding: centsOf('port.outstanding'),
    par30: centsOf('risk.par_30'),
    writtenOff: centsOf('port.written_off'),
  };
}

function centsText(kpi: KpiResult | undefined): string {
  const [whole = '0', fraction = ''] = (kpi?.numerator ?? '0').split('.');
  return String(BigInt(whole + fraction.padEnd(2, '0').slice(0, 2)));
}
