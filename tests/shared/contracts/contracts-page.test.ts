import { describe, expect, it } from '@jest/globals';
import { contractsPage } from '../../../shared/contracts/contracts-page.ts';
import { EXAMPLE_ROWS } from '../../../shared/contracts/example-rows.ts';
import { CONTRACTS } from '../../../shared/contracts/registry.ts';
import { DatasetId } from '../../../shared/domain/ids.ts';
import { aColumn, aContract, aMoneyColumn } from '../../support/a-contract.ts';
import { golden } from '../../support/golden.ts';

describe('docs/contracts.md', () => {
  it('says what the contracts say', () => {
    const page = contractsPage(CONTRACTS, EXAMPLE_ROWS);

    expect(page).toBe(golden('../../docs/contracts.md', page));
  });

  it('has a section for every contract, which its table links to', () => {
    const page = contractsPage(CONTRACTS, EXAMPLE_ROWS);

    for (const { name, version } of CONTRACTS) {
      expect(page).toContain(`\n## ${name}@${version}\n`);
      expect(page).toContain(`(#${name}${version})`);
    }
  });
});

describe('a section', () => {
  const THINGS = aContract({
    key: [],
    mode: 'freeze',
    mayBeEmpty: true,
    maxRejectedShare: '0.005',
    asOf: { kind: 'given' },
    needsOneOf: ['amount'],
    columns: [
      aColumn({ name: 'id', pii: 'direct', mask: 'email', description: 'One|two' }),
      aMoneyColumn({ name: 'amount', decimalMark: ',', max: '9', optional: true, nullable: true }),
      aColumn({ name: 'kind', nullable: true, allowedValues: ['a', 'b'], onUnknownValue: 'warn' }),
      aColumn({ name: 'list', maxCharacters: 5_000 }),
      aColumn({ name: 'days', type: 'integer', min: '0', max: '9', pii: 'quasi' }),
    ],
    rules: [
      { kind: 'includes', code: 'tape-90-plus', severity: 'warning', column: 'amount', part: 'days' },
      {
        kind: 'at-most',
        code: 'balance-above-principal',
        severity: 'error',
        column: 'amount',
        limit: 'days',
        within: '0.02',
      },
    ],
    references: [
      {
        column: 'id',
        to: { dataset: DatasetId.parse('test/others'), relation: 'test_others', column: 'key' },
        prefix: { from: 'kind', byInitial: { A: 'AA', B: 'BB' }, separator: ' - ' },
        orphans: 'quarantine',
        maxShare: '0.005',
      },
    ],
    expectations: [
      {
        id: 'volume',
        kind: 'volume',
        severity: 'block',
        about: 'Enough rows',
        minPercent: 50,
        maxPercent: 200,
      },
    ],
  });
  const page = contractsPage([THINGS], new Map([['things', { id: 'a|b', amount: '5' }]]));

  it.each([
    '- Key: none; rows have no identity, and equal ones each count.',
    '- As of: the day that comes with the drop, or in the name of the file.',
    '- Tolerance: 0.5 % of the rows may be bad.',
    '- Columns that it does not know reject the file.',
    '- Needs at least one of `amount`.',
    '- A file without a row is valid.',
    '| `id` | One\\|two |  | text |  | never |  | internal | masked as email |',
    '| `amount` | Anything |  | decimal, 2 digits and no more, written `1.234,56` |  | may be absent | 9 or less | internal |  |',
    '| `kind` | Anything |  | text |  | may be empty | `a`, `b`; others are kept with a warning | internal |  |',
    '| `list` | Anything |  | text, up to 5,000 characters |  | never |  | internal |  |',
    '| `days` | Anything |  | integer |  | never | 0 to 9 | internal | indirect |',
    '- `amount` is at least `days`, which is part of it; otherwise there is a warning (`tape-90-plus`).',
    '- `amount` is at most `days`, give or take 0.02; otherwise the row is set aside (`balance-above-principal`).',
    '- `id` names a `key` of `test/others`, with the prefix that follows from the last word of `kind` (`AA` for A, `BB` for B); orphans are set aside, and above 0.5 % of them the file is rejected.',
    '- `volume`: Enough rows. Otherwise the file is rejected.',
    '| `id` | a\\|b |\n| `amount` | 5 |\n',
  ])('says: %s', (line) => {
    expect(page).toContain(line);
  });

  it.each([
    [{ kind: 'always' } as const, 'reference data without a day; the newest accepted file is in every book'],
    [
      { kind: 'given', isReference: true } as const,
      'the day that comes with the drop, or in the name of the file; reference data: every book has the newest file that is not after its day',
    ],
    [{ kind: 'newest', column: 'day' } as const, 'the newest `day`'],
    [{ kind: 'newest-event', column: 'day' } as const, 'the newest `day`, the day of the last event'],
    [
      { kind: 'newest-event', column: 'day', until: 'end' } as const,
      'the newest `end`, else the newest `day`, the day of the last event',
    ],
    [
      { kind: 'date-plus-days', date: 'due', days: 'late' } as const,
      '`due` plus `late` of the rows that are late',
    ],
    [
      { kind: 'date-plus-days', date: 'due', days: 'late', label: 'month' } as const,
      '`due` plus `late` of the rows that are late among the rows of the newest `month`',
    ],
  ])('says how the as-of date is found: %j', (asOf, words) => {
    expect(contractsPage([aContract({ asOf })], new Map())).toContain(`- As of: ${words}.\n`);
  });

  it('says what becomes of rows with one key', () => {
    const pageOf = (repeatedKeys: 'conflict' | 'keep-first') =>
      contractsPage([aContract({ repeatedKeys })], new Map());

    expect(pageOf('keep-first')).toContain('Key: `id`; of rows with one key the first counts.');
    expect(pageOf('conflict')).toContain('different rows with one key contradict each other.');
  });
});
