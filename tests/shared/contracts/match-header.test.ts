import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldName, matchHeader, nearestName } from '../../../shared/contracts/match-header.ts';
import { aColumn, aContract } from '../../support/a-contract.ts';

const CONTRACT = aContract({
  columns: [
    aColumn({ name: 'loan_id', aliases: ['loan_id_raw', 'ID_Prestamo'] }),
    aColumn({ name: 'outstanding_balance', aliases: ['saldo'] }),
    aColumn({ name: 'period', optional: true, nullable: true }),
  ],
});

describe('matching a header', () => {
  it('finds the columns wherever they stand', () => {
    const match = matchHeader(CONTRACT, ['period', 'outstanding_balance', 'loan_id']);

    expect([...match.positions]).toEqual([
      ['period', 0],
      ['outstanding_balance', 1],
      ['loan_id', 2],
    ]);
    expect(match).toMatchObject({
      missing: [],
      missingOptional: [],
      duplicated: [],
      unexpected: [],
      recognised: 3,
    });
  });

  it.each([
    ['upper case', ['LOAN_ID', 'OUTSTANDING_BALANCE']],
    ['mixed case', ['Loan_Id', 'Outstanding_Balance']],
    ['surrounding blanks', ['  loan_id', 'outstanding_balance\t']],
    ['aliases', ['loan_id_raw', 'saldo']],
    ['aliases in another case', [' id_prestamo ', 'SALDO']],
    ['words of a title', ['Loan ID', 'Outstanding Balance']],
    ['hyphens, points and brackets', ['loan-id', '[outstanding].(balance)']],
    ['runs of blanks and underscores', ['loan  _ id', '__outstanding__balance__']],
    ['accents', ['Id Préstamo', 'sáldo']],
    ['letters of full width', ['ｌｏａｎ＿ｉｄ', 'ｓａｌｄｏ']],
  ])('does not mind %s', (_, header) => {
    expect(matchHeader(CONTRACT, header)).toMatchObject({ missing: [], unexpected: [], recognised: 2 });
  });

  it('says which of its names a column goes by, where it is not the first of them', () => {
    const { aliases } = matchHeader(CONTRACT, ['ID Préstamo', 'Outstanding Balance', 'period']);

    expect(aliases).toEqual({ loan_id: 'id_prestamo' });
  });

  it('tells a missing column from an optional one that is not there', () => {
    const match = matchHeader(CONTRACT, ['loan_id', 'outstanding_bal', 'colour']);

    expect(match.missing).toMatchObject([
      { column: { name: 'outstanding_balance' }, nearest: 'outstanding_bal' },
    ]);
    expect(match.missingOptional).toEqual(['period']);
    expect(match.unexpected).toEqual(['outstanding_bal', 'colour']);
  });

  it.each([
    ['the same name twice', ['loan_id', 'saldo', 'loan_id'], ['loan_id']],
    ['the same name in two cases', ['loan_id', 'saldo', 'LOAN_ID'], ['LOAN_ID']],
    ['a column and its alias', ['loan_id', 'saldo', 'loan_id_raw'], ['loan_id_raw']],
    ['two aliases of one column', ['loan_id_raw', 'saldo', 'id_prestamo'], ['id_prestamo']],
  ])('reports %s, and keeps to the first', (_, header, duplicated) => {
    const match = matchHeader(CONTRACT, header);

    expect(match.duplicated).toEqual(duplicated);
    expect(match.positions.get('loan_id')).toBe(0);
  });

  it('says of a column that several names stand for which names they are, as the file has them', () => {
    const match = matchHeader(CONTRACT, ['Loan ID', 'saldo', 'loan_id_raw', 'LOAN_ID', 'period']);

    expect(match.claimed).toEqual([{ column: 'loan_id', names: ['Loan ID', 'loan_id_raw', 'LOAN_ID'] }]);
    expect(match.duplicated).toEqual(['loan_id_raw', 'LOAN_ID']);
    expect(matchHeader(CONTRACT, ['loan_id', 'saldo']).claimed).toEqual([]);
  });

  it.each(['outstanding', 'balance', 'my_loan_id', 'loan_id_2', 'sald', 'loanid', 'perio d'])(
    'never takes %j for a column that it is only a part or a stretch of',
    (name) => {
      const match = matchHeader(CONTRACT, ['loan_id', 'outstanding_balance', name]);

      expect(match).toMatchObject({ unexpected: [name], recognised: 2 });
    },
  );

  it('misses the first of several columns when none of them is there, and none of them when one is', () => {
    const contract = aContract({
      columns: [
        aColumn({ name: 'day', optional: true, nullable: true }),
        aColumn({ name: 'cash', optional: true, nullable: true, aliases: ['efectivo'] }),
        aColumn({ name: 'assets', optional: true, nullable: true }),
      ],
      needsOneOf: ['cash', 'assets'],
    });
    const missingIn = (header: readonly string[]) =>
      matchHeader(contract, header).missing.map(({ column }) => column.name);

    expect(missingIn(['day'])).toEqual(['cash']);
    expect(missingIn(['day', 'assets'])).toEqual([]);
    expect(missingIn(['Efectivo'])).toEqual([]);
    expect(matchHeader(contract, ['day']).missingOptional).toEqual(['assets']);
    expect(matchHeader(contract, ['cash']).missingOptional).toEqual(['day', 'assets']);
  });

  it('takes a name for a column before it takes it for the alias of another', () => {
    const contract = aContract({
      columns: [aColumn({ name: 'a', aliases: ['b'] }), aColumn({ name: 'b' })],
    });

    expect(matchHeader(contract, ['b', 'a']).positions).toEqual(
      new Map([
        ['b', 0],
        ['a', 1],
      ]),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ' - ', '\u0301'])(
    'treats %j as any other unknown name',
    (name) => {
      const match = matchHeader(CONTRACT, ['loan_id', 'saldo', name]);

      expect(match).toMatchObject({ missing: [], unexpected: [name], recognised: 2 });
    },
  );

  it('does not take a blank name for one that the contract does not know', () => {
    const match = matchHeader(CONTRACT, ['', 'loan_id', 'saldo', ' ', 'x']);

    expect(match).toMatchObject({ missing: [], unexpected: ['x'], nameless: [0, 3] });
  });

  it('puts every name of a header into exactly one place', () => {
    const name = fc.oneof(
      fc.constantFrom('loan_id', 'saldo', 'PERIOD', 'loan_id_raw', ' period '),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 12 }), (header) => {
        const { positions, duplicated, unexpected, nameless, missing, missingOptional } = matchHeader(
          CONTRACT,
          header,
        );

        const placed = positions.size + duplicated.length + unexpected.length + nameless.length;
        expect(placed).toBe(header.length);
        expect(positions.size + missing.length + missingOptional.length).toBe(CONTRACT.columns.length);
      }),
      { seed: 20_251_210, numRuns: 300 },
    );
  });
});

describe('folding a name', () => {
  it.each([
    ['Loan ID', 'loan_id'],
    ['Total Activos', 'total_activos'],
    ['properties.email', 'properties_email'],
    ['  Fecha de creación ', 'fecha_de_creacion'],
    ['PAR_30_balance_usd', 'par_30_balance_usd'],
    ['% Mora (30+)', 'mora_30'],
    ['\ufeffloan_id', 'loan_id'],
    ['__proto__', 'proto'],
    ['贷款', '贷款'],
    ['***', ''],
  ])('makes %j %j', (name, folded) => {
    expect(foldName(name)).toBe(folded);
  });

  it('leaves a folded name as it is, and always gives the same for the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
        const folded = foldName(name);

        expect(foldName(folded)).toBe(folded);
        expect(foldName(` ${name.toUpperCase().toLowerCase()}_`)).toBe(
          foldName(name.toUpperCase().toLowerCase()),
        );
        expect(folded).toMatch(/^(?:[^\s\p{P}\p{S}]|_)*$/u);
      }),
      { seed: 20_251_210, numRuns: 500 },
    );
  });

  it('does not fold what is longer than any name', () => {
    const long = 'A'.repeat(100_000);

    expect(foldName(long)).toBe(long);
    expect(matchHeader(CONTRACT, [long]).unexpected).toEqual([long]);
  });
});

describe('the nearest name', () => {
  it.each([
    ['outstanding_balance', ['outstanding_bal', 'dpd'], 'outstanding_bal'],
    ['reporting_date', ['report_date', 'reportingdate'], 'reportingdate'],
    ['dpd', ['DPD ', 'pdp'], 'DPD '],
    ['dpd', ['dp', 'amount'], 'dp'],
    ['loan_status', ['status'], 'status'],
  ])('to %s among %j is %j', (name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });

  it.each([
    ['dpd', ['currency', 'customer_id']],
    ['outstanding_balance', ['x', '']],
    ['loan_id', []],
  ])('to %s is none of %j', (name, candidates) => {
    expect(nearestName(name, candidates)).toBeUndefined();
  });

  it('is not looked for in names of another order of length', () => {
    const endless = Array.from({ length: 50 }, () => 'outstanding_balance'.repeat(20_000));

    expect(nearestName('outstanding_balance', endless)).toBeUndefined();
  });

  it('is not looked for beyond the first thousand names', () => {
    const others = Array.from({ length: 999 }, () => 'colour');

    expect(nearestName('outstanding_balance', [...others, 'outstanding_bal'])).toBe('outstanding_bal');
    expect(nearestName('outstanding_balance', ['colour', ...others, 'outstanding_bal'])).toBeUndefined();
  });

  it('is never further away than another candidate', () => {
    const distance = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      if (a[0] === b[0]) return distance(a.slice(1), b.slice(1));
      return 1 + Math.min(distance(a.slice(1), b), distance(a, b.slice(1)), distance(a.slice(1), b.slice(1)));
    };
    const word = fc.stringMatching(/^[abc]{1,6}$/);
    fc.assert(
      fc.property(word, fc.array(word, { minLength: 1, maxLength: 5 }), (name, candidates) => {
        const nearest = nearestName(name, candidates);

        const shortest = Math.min(...candidates.map((candidate) => distance(name, candidate)));
        const limit = Math.max(2, Math.floor(name.length / 2));
        if (nearest === undefined) expect(shortest).toBeGreaterThan(limit);
        else expect(distance(name, nearest)).toBe(shortest);
      }),
      { seed: 20_251_210, numRuns: 300 },
    );
  });
});
