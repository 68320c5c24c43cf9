import { describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../shared/contracts/contract.ts';
import {
  financialStatementsLongV1,
  financialStatementsV1,
} from '../../../shared/contracts/financial-statements.v1.ts';
import { loanParBalancesV1 } from '../../../shared/contracts/loan-par-balances.v1.ts';
import { loanTapeLoansV1, loanTapeParV1, loanTapeV1 } from '../../../shared/contracts/loan-tape.v1.ts';
import { loansV1 } from '../../../shared/contracts/loans.v1.ts';
import {
  CONTRACTS,
  contractOf,
  identifyContract,
  newestVersionOf,
} from '../../../shared/contracts/registry.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { aColumn, aContract } from '../../support/a-contract.ts';

const TAPE = DatasetId.parse('cascade/loan_tape');
const LOANS = DatasetId.parse('looker/loans');

/** Those that new files are judged by. */
const IN_FORCE = CONTRACTS.filter((contract) => contract === newestVersionOf(contract.name));

/** The least that a file of the contract has. */
const requiredOf = ({ columns, needsOneOf = [] }: Contract): string[] => {
  const [oneOf] = needsOneOf;
  return columns.filter(({ name, optional }) => optional !== true || name === oneOf).map(({ name }) => name);
};
const labelOf = (found: ReturnType<typeof identifyContract>): string =>
  found.kind === 'found' ? found.contract.name : found.kind;

describe('a file below the folder of a dataset', () => {
  it('is judged by the contract of the dataset, whatever its header', () => {
    for (const header of [requiredOf(loansV1), requiredOf(loanTapeV1), ['foo'], []]) {
      expect(identifyContract(LOANS, header)).toEqual({ kind: 'found', contract: loansV1 });
    }
  });

  it.each([
    [loanTapeV1.name, requiredOf(loanTapeV1)],
    [loanTapeParV1.name, requiredOf(loanTapeParV1)],
    [loanTapeLoansV1.name, requiredOf(loanTapeLoansV1)],
    [
      loanTapeLoansV1.name,
      [
        'loan_id',
        'client_id',
        'outstanding_balance',
        'original_amount',
        'last_payment_date',
        'total_received_30d',
      ],
    ],
  ])('is judged by the shape that its header has: %s', (name, header) => {
    expect(labelOf(identifyContract(TAPE, header))).toBe(name);
  });

  it.each([
    [
      'a column for each figure',
      ['Fecha', 'Efectivo', 'Total Activos', 'Total Pasivos'],
      financialStatementsV1,
    ],
    ['figures without a date', ['cash', 'patrimonio'], financialStatementsV1],
    ['one figure among unknown ones', ['fecha', 'a', 'b', 'c', 'caja'], financialStatementsV1],
    ['a row for each figure', ['fecha_corte', 'cuenta', 'saldo'], financialStatementsLongV1],
    ['a row for each figure, and no date', ['concepto', 'monto'], financialStatementsLongV1],
    ['figures and a total, but nothing that names one', ['date', 'cash', 'total'], financialStatementsV1],
    ['values without what they are of', ['date', 'value'], financialStatementsLongV1],
  ])('has the shape of a statement that its header tells: %s', (_, header, contract) => {
    expect(identifyContract(contract.dataset, header)).toEqual({ kind: 'found', contract });
  });

  it('is judged by the nearest shape when columns are missing, so that it says which', () => {
    const threeOfTen = ['measurement_date', 'total_receivable_usd', 'cash_available_usd', 'other'];
    const fiveOfSix = requiredOf(loanTapeParV1).slice(1);

    expect(labelOf(identifyContract(TAPE, threeOfTen))).toBe('loan_tape');
    expect(labelOf(identifyContract(TAPE, fiveOfSix))).toBe('loan_tape_par');
  });

  it('is ambiguous when its header has both shapes alike', () => {
    const shapes = ['left', 'right'].map((name) =>
      aContract({ dataset: TAPE, name, columns: [aColumn({ name: 'day' }), aColumn({ name })] }),
    );

    expect(identifyContract(TAPE, ['day', 'left', 'right'], shapes)).toEqual({
      kind: 'ambiguous',
      candidates: shapes,
    });
  });
});

describe('a file anywhere else', () => {
  it.each(IN_FORCE.map((contract) => [contract.name, contract] as const))(
    'is told by its header alone: %s',
    (_, contract) => {
      const all = contract.columns.map(({ name }) => name.toUpperCase());
      const titles = contract.columns.map(({ name }) => name.replaceAll('_', ' '));

      expect(identifyContract(undefined, all)).toEqual({ kind: 'found', contract });
      expect(identifyContract(undefined, titles)).toEqual({ kind: 'found', contract });
      expect(identifyContract(undefined, all.toReversed())).toEqual({ kind: 'found', contract });
      expect(identifyContract(undefined, requiredOf(contract))).toEqual({ kind: 'found', contract });
    },
  );

  it.each(IN_FORCE.map((contract) => [contract.name, contract] as const))(
    'is told by every alias of every column as well: %s',
    (_, contract) => {
      const required = requiredOf(contract);
      const aliases = contract.columns.flatMap(({ name, aliases = [] }) =>
        aliases.map((alias) => [name, alias] as const),
      );

      for (const [name, alias] of aliases) {
        const header = [...new Set([...required, name])].map((other) => (other === name ? alias : other));
        expect([alias, labelOf(identifyContract(undefined, header))]).toEqual([alias, contract.name]);
      }
      const last = contract.columns.map(({ name, aliases = [] }) => aliases.at(-1) ?? name);
      expect(labelOf(identifyContract(undefined, last))).toBe(contract.name);
    },
  );

  it.each(IN_FORCE.map((contract) => [contract.name, contract] as const))(
    'is taken for no other contract when a column that is needed is missing: %s',
    (_, contract) => {
      const all = contract.columns.map(({ name }) => name);

      for (const { name } of contract.columns.filter(({ optional }) => optional !== true)) {
        const found = identifyContract(
          undefined,
          all.filter((other) => other !== name),
        );
        expect([name, labelOf(found)]).toEqual([name, 'unknown']);
        expect(found.kind === 'unknown' && found.nearest[0]).toEqual({ contract, missing: [name] });
      }
    },
  );

  it.each([
    ['a name and a total among much else', ['name', 'total', 'street', 'age', 'colour']],
    ['cash among much else', ['cash', 'till', 'cashier', 'shift']],
    ['a date alone', ['date']],
    ['a date and cash beside anything else', ['fecha', 'caja', 'nota']],
    ['a loan and its balance', ['loan_id', 'outstanding_balance']],
    ['nothing but signs', ['', ' ', '***']],
  ])('is unknown when it has %s', (_, header) => {
    expect(identifyContract(undefined, header).kind).toBe('unknown');
  });

  it('is told by objects as the CRM sends them, properties below `properties`', () => {
    const contact = [
      'id',
      'properties.email',
      'properties.firstname',
      'properties.lastname',
      'properties.phone',
    ]
      .concat(['properties.company', 'properties.createdate', 'properties.hs_object_id'])
      .concat(['properties.lastmodifieddate', 'createdAt', 'updatedAt', 'archived']);

    expect(labelOf(identifyContract(undefined, contact))).toBe('hubspot_contacts');
    const list = ['listId', 'name', 'processingType', 'additionalProperties.hs_list_size'];
    expect(labelOf(identifyContract(undefined, list))).toBe('hubspot_lists');
  });

  it('is told by its header below a folder that is no dataset, too', () => {
    const found = identifyContract(DatasetId.parse('looker/unknown'), requiredOf(loansV1));

    expect(found).toEqual({ kind: 'found', contract: loansV1 });
  });

  it('is the loan-level PAR file although the columns of the aggregate are all in it', () => {
    const header = requiredOf(loanParBalancesV1);

    for (const name of requiredOf(loanTapeParV1)) expect(header).toContain(name);
    expect(labelOf(identifyContract(undefined, header))).toBe('loan_par_balances');
  });

  it('is unknown when a column is missing, with the nearest contracts first', () => {
    const found = identifyContract(undefined, requiredOf(loansV1).slice(1));

    const [missing] = requiredOf(loansV1);
    expect(found.kind === 'unknown' && found.nearest[0]).toEqual({ contract: loansV1, missing: [missing] });
  });

  it('is judged by the newest version; an older one stays for the runs that cite it', () => {
    const older = aContract({ dataset: LOANS, version: 1 });
    const newer = { ...older, version: 2 };

    const found = identifyContract(LOANS, requiredOf(older), [newer, older]);

    expect(found).toEqual({ kind: 'found', contract: newer });
  });

  it('names three contracts at most, and only such as share a column with it', () => {
    const shared = ['reporting_date', 'dpd', 'loan_id', 'measurement_date', 'maturity_date'];

    const some = identifyContract(undefined, shared);
    const none = identifyContract(undefined, ['colour', 'shape']);

    expect(some.kind === 'unknown' && some.nearest).toHaveLength(3);
    expect(none).toEqual({ kind: 'unknown', nearest: [] });
    expect(identifyContract(undefined, [])).toEqual({ kind: 'unknown', nearest: [] });
  });
});

describe('looking a contract up', () => {
  it('goes by name and version', () => {
    expect(contractOf('loans', 1)).toBe(loansV1);
    expect(contractOf('loans', 0)).toBeUndefined();
    expect(contractOf('toString', 1)).toBeUndefined();
  });
});
