import { open } from 'node:fs/promises';
import { personal } from '../../shared/contracts/column-kinds.ts';
import type { Contract } from '../../shared/contracts/contract.ts';
import { loanParBalancesV1 } from '../../shared/contracts/loan-par-balances.v1.ts';

/** The contract of the file: that of the product, and a masked name where the file has one. */
export async function contractOf(path: string): Promise<Contract> {
  await using file = await open(path);
  const { buffer } = await file.read({ buffer: Buffer.alloc(1_000) });
  const [header = ''] = buffer.toString('utf8').split('\n');
  if (!header.includes('cliente')) return loanParBalancesV1;
  return {
    ...loanParBalancesV1,
    columns: [...loanParBalancesV1.columns, personal('cliente', 'Name of the client', 'name')],
  };
}

/** All amounts but the exchange rate, which is no money. */
export function moneyColumns({ columns }: Pick<Contract, 'columns'>): readonly string[] {
  return columns.filter(({ type, unit }) => type === 'decimal' && unit === 'USD').map(({ name }) => name);
}

export function sumOf(totals: Readonly<Record<string, bigint>>, contract: Pick<Contract, 'columns'>): string {
  return String(moneyColumns(contract).reduce((sum, name) => sum + (totals[name] ?? 0n), 0n));
}
