import { describe, expect, it } from '@jest/globals';
import { CatalogInvalid, loadCatalog, parseCatalog } from '../../../shared/kpis/catalog.ts';
import { ModelCycle, orderModels, relationsBehind } from '../../../shared/kpis/model-graph.ts';

const MART = { name: 'models/mart_a.sql', text: 'SELECT * FROM looker_loans' };

const GOOD = `kpis:
  - id: risk.par_1
    name: PAR 1
    department: risk
    owner: Risk
    cadence: daily
    version: 1
    provisional: false
    formula: late over all
    models: [mart_a]
    measures:
      late: { sum: late, where: dpd >= 1 and live }
      all: { sum: balance }
      loans: { count: rows }
    metric: { numerator: late, denominator: all * (loans - loans + 1), times: 100 }
    unit: percent
    direction: lower-is-better
    thresholds: { warning: 5, critical: '8.5' }
    precision: 2
    name_es: Cartera en riesgo 1
    grain: loan
    freshness: 24
`;

describe('the shipped catalogue', () => {
  it('is valid and in order of id', async () => {
    const { kpis } = await loadCatalog();

    const ids = kpis.map(({ id }) => id);

    expect(ids).toEqual(ids.toSorted());
    expect(ids).toEqual(
      expect.arrayContaining(['port.hhi', 'port.outstanding', 'risk.cash_cover', 'risk.par_30']),
    );
  });

  it('has the limits that the owner has fixed', async () => {
    const { kpis } = await loadCatalog();

    const limits = new Map(kpis.map(({ id, thresholds }) => [id, thresholds]));

    expect(limits.get('port.concentration_top10_clients')).toEqual({ warning: '30' });
    expect(limits.get('risk.par_30')).toEqual({ warning: '5', critical: '8' });
    expect(limits.get('risk.par_90')).toEqual({ warning: '3', critical: '5' });
    expect(limits.get('risk.collection_rate')).toEqual({ warning: '1.5', critical: '1.0' });
    expect(limits.get('risk.rdr_90')).toEqual({ warning: '50', critical: '25' });
    expect(limits.get('risk.portfolio_health')).toEqual({ warning: '5', critical: '3' });
    expect(limits.get('risk.collection_efficiency')).toEqual({ warning: '95', critical: '85' });
  });

  it('says in each model what a row is', async () => {
    const { models } = await loadCatalog();

    for (const { sql } of models.flatMap(({ variants }) => variants)) {
      expect(sql).toMatch(/^-- Grain: \S/);
    }
  });

  it('has no model that nothing reads', async () => {
    const { kpis, former, models } = await loadCatalog();

    const read = new Set([
      ...[...kpis, ...former].flatMap((kpi) => (kpi.unavailable === undefined ? kpi.models : [])),
      ...models.flatMap((model) => model.reads),
    ]);

    const unread = models.map(({ name }) => name).filter((name) => !read.has(name));
    expect(unread.filter((name) => !name.startsWith('table_'))).toEqual([]);
  });
});

describe('a definition', () => {
  it('is read with its expressions parsed', () => {
    const { kpis } = parseCatalog([MART, { name: 'catalog/a.yaml', text: GOOD }]);

    expect(kpis).toMatchObject([
      { id: 'risk.par_1', thresholds: { warning: '5', critical: '8.5' }, metric: { times: 100 } },
    ]);
  });

  it.each([
    ['an unknown key', 'precision: 2', 'precision: 2\n    colour: red', 2, /Unrecognized key: "colour"/],
    ['a key that comes twice', 'name: PAR 1', 'name: PAR 1\n    name: PAR 2', 4, /Map keys must be unique/],
    ['a missing key', '    owner: Risk\n', '', 2, /kpis\.0\.owner: .*expected string/],
    ['an id without a family', 'id: risk.par_1', 'id: par_1', 2, /kpis\.0\.id: must look like risk\.par_30/],
    ['a strange unit', 'unit: percent', 'unit: bananas', 16, /kpis\.0\.unit: Invalid option/],
    [
      'a measure that is no measure',
      'all: { sum: balance }',
      'all: { avg: balance }',
      13,
      /must be { sum: c/,
    ],
    ['a condition with a call', 'dpd >= 1 and live', 'abs(dpd) > 1', 12, /joined by "and"/],
    ['SQL in a condition', 'dpd >= 1 and live', '1=1); DROP TABLE x; --', 12, /joined by "and"/],
    [
      'a metric that divides',
      'numerator: late',
      'numerator: late / all',
      15,
      /unexpected "\/" in "late \/ all"/,
    ],
    [
      'an open parenthesis',
      'numerator: late',
      'numerator: (late',
      15,
      /a parenthesis is not closed in "\(late"/,
    ],
    [
      'a power that is no whole number',
      'numerator: late',
      'numerator: late ^ all',
      15,
      /a power must be a whole/,
    ],
    ['one part for two', 'numerator: late', 'numerator: max(late)', 15, /max needs two parts with a comma/],
    [
      'a dimension that nobody knows',
      'grain: loan',
      'grain: loan\n    dimensions: [shoe_size]',
      22,
      /Invalid option/,
    ],
    [
      'limits of values that ripen',
      'direction: lower-is-better',
      'direction: lower-is-better\n    ripens: true',
      18,
      /kpis\.0\.ripens: does not go with thresholds/,
    ],
    ['a missing limit', 'warning: 5, ', '', 18, /thresholds\.warning: must be a whole number/],
    [
      'contributors of a product',
      'numerator: late, ',
      'numerator: late * loans, ',
      22,
      /contributors: need a numerator that is a plain sum/,
      'grain: loan\n    contributors: loan_id',
    ],
    [
      'no feed, and a metric all the same',
      'grain: loan',
      'grain: loan\n    unavailable: nobody sends it',
      22,
      /unavailable: goes with neither models/,
    ],
    [
      'nothing to compute',
      '    models: [mart_a]\n',
      '',
      2,
      /needs models, measures and a metric, or says why/,
    ],
    ['half an expression', 'numerator: late', 'numerator: late +', 15, /found the end in "late \+"/],
    ['a stray sign', 'numerator: late', 'numerator: late + )', 15, /but found "\)" in/],
    [
      'an unknown measure',
      'numerator: late',
      'numerator: late + early',
      15,
      /uses early, which is not a measure/,
    ],
    [
      'an unused measure',
      'numerator: late',
      'numerator: all',
      12,
      /measures\.late: is not used by the metric/,
    ],
    [
      'times without a denominator',
      ', denominator: all * (loans - loans + 1)',
      '',
      15,
      /times: belongs to a ratio/,
    ],
    ['limits the wrong way round', 'warning: 5', 'warning: 9', 18, /warning at or below critical/],
    [
      'limits for a higher number the wrong way round',
      'lower-is-better',
      'higher-is-better',
      18,
      /warning at or above critical/,
    ],
    ['limits without a direction', 'lower-is-better', 'neutral', 18, /need a direction/],
    [
      'a binary float as limit',
      "'8.5'",
      '8.5',
      18,
      /critical: must be a whole number, or a decimal in quotes/,
    ],
    [
      'an unknown mart',
      'models: [mart_a]',
      'models: [mart_a, mart_b]',
      10,
      /reads mart_b, but there is no such/,
    ],
    ['a file of another shape', 'kpis:', 'kpi:', 1, /kpis: .*expected array/],
  ])('is refused with file, line and reason: %s', (_what, good, bad, line, reason, more = 'grain: loan') => {
    const text = GOOD.replace(good, bad).replace('grain: loan', more);

    const failure = problemsIn(text);

    const reported = failure.map((problem) => [problem.replace(/:\d+:[^]*$/, ''), problem.split(':')[1]]);
    expect(failure.join('\n')).toMatch(reason);
    expect(reported).toContainEqual(['catalog/a.yaml', String(line)]);
  });

  it('is refused when its version exists already, naming both places', () => {
    const assets = [
      MART,
      { name: 'catalog/a.yaml', text: GOOD },
      { name: 'catalog/b.yaml', text: `# second\n${GOOD}` },
    ];

    expect(() => parseCatalog(assets)).toThrow(
      'catalog/b.yaml:3: risk.par_1 version 1 is already defined at catalog/a.yaml:2',
    );
  });

  it('when two folders hold models of one name', () => {
    expect(() => parseCatalog([MART, { ...MART, text: 'SELECT 1' }])).toThrow(
      'models/mart_a.sql: there are 2 files of that name',
    );
  });

  it('stands beside the version that it replaces', () => {
    const second = GOOD.replace('version: 1', 'version: 2');
    const assets = [MART, { name: 'catalog/a.yaml', text: second }, { name: 'catalog/b.yaml', text: GOOD }];

    const { kpis, former } = parseCatalog(assets);

    expect([kpis, former].map((list) => list.map(({ version }) => version))).toEqual([[2], [1]]);
  });

  it('may say why there is nothing to compute it from', () => {
    const text = GOOD.replace(/    models:[^]+?(?=    unit)/, '    unavailable: needs a feed of shoes\n');

    expect(parseCatalog([MART, { name: 'catalog/a.yaml', text }]).kpis).toMatchObject([
      { id: 'risk.par_1', unavailable: 'needs a feed of shoes', nameEs: 'Cartera en riesgo 1' },
    ]);
  });

  it('may have a warning alone', () => {
    const guarded = GOOD.replace(", critical: '8.5'", '');

    expect(parseCatalog([MART, { name: 'catalog/a.yaml', text: guarded }]).kpis).toMatchObject([
      { thresholds: { warning: '5' } },
    ]);
  });

  it('has a figure of any period and limits for each, unless it says so', () => {
    const text = GOOD.replace('    freshness', '    periods: whole\n    freshness').replace(
      '    precision',
      '    thresholds_of: whole-months\n    precision',
    );

    const [kpi, other] = [text, GOOD].map(
      (yaml) => parseCatalog([MART, { name: 'catalog/a.yaml', text: yaml }]).kpis[0],
    );

    expect(kpi).toMatchObject({ periods: 'whole', thresholdsOf: 'whole-months' });
    expect(other).toMatchObject({ periods: 'any', thresholdsOf: 'any-period' });
  });

  it.each(['whole', 'month'])('adds nothing up over time when it is of periods: %s', (periods) => {
    const text = GOOD.replace('    freshness', `    periods: ${periods}\n    freshness`).replace(
      '{ count: rows }',
      '{ count: rows, over_time: sum }',
    );

    expect(problemsIn(text).join()).toMatch(
      new RegExp(`kpis\\.0\\.measures\\.loans\\.over_time: does not go with periods: ${periods}`),
    );
  });

  it('says which months its limits are of only when it has some', () => {
    const text = GOOD.replace(/    thresholds:.*\n/, '    thresholds_of: whole-months\n');

    expect(problemsIn(text).join()).toMatch(/thresholds_of: is said of thresholds, and there are none/);
  });

  describe('with a requirement', () => {
    const requiring = (zero: string, words: string) =>
      GOOD.replace(
        'unit: percent',
        `requires:\n      - zero: ${zero}\n        otherwise: ${words}\n    unit: percent`,
      ).replace('loans: { count: rows }', 'loans: { count: rows }\n      lost: { count: rows, where: lost }');

    it('uses a measure that the metric need not use', () => {
      const text = requiring('lost', "'{lost} of {loans} are not in {looker_loans}'");

      expect(problemsIn(text)).toEqual([]);
    });

    it('may need some of a measure', () => {
      const some = (name: string) => requiring('lost', 'words').replace('zero: lost', `some: ${name}`);

      expect(problemsIn(some('lost'))).toEqual([]);
      expect(problemsIn(some('gone')).join()).toMatch(/requires\.0\.some: uses gone, which is not a measure/);
    });

    it.each([
      ['an unknown measure', 'gone', 'words', /:18: kpis\.0\.requires\.0\.zero: uses gone, which is not a m/],
      ['words with one', 'lost', "'{gone}'", /:19: kpis\.0\.requires\.0\.otherwise: uses gone, which is not/],
      ['no words', 'lost', "''", /:19: kpis\.0\.requires\.0\.otherwise: Too small/],
      [
        'a snapshot that is not read',
        'lost',
        "'{cascade_loan_tape}'",
        /:19: risk\.par_1 names cascade_loan_tape, which mart_a does not read/,
      ],
    ])('is refused for %s', (_, zero, words, reason) => {
      expect(problemsIn(requiring(zero, words)).join('\n')).toMatch(reason);
    });
  });

  it('may rise towards the good side', () => {
    const rising = GOOD.replace('lower-is-better', 'higher-is-better').replace('warning: 5', 'warning: 9');

    expect(problemsIn(rising)).toEqual([]);
  });

  it('reports all problems of all files at once', () => {
    const text = GOOD.replace('unit: percent', 'unit: bananas').replace('owner: Risk', 'owner: ""');

    expect(problemsIn(text)).toHaveLength(2);
  });
});

describe('the hash of the catalogue', () => {
  const asset = (name: string, text: string) => ({ name, text });
  const hashOf = (...assets: { name: string; text: string }[]) => parseCatalog(assets).sha256;
  const definition = asset('catalog/a.yaml', GOOD);

  it('does not depend on the order of the files', () => {
    expect(hashOf(MART, definition)).toBe(hashOf(definition, MART));
  });

  it('changes with any byte of any file', () => {
    const hashes = [
      hashOf(MART, definition),
      hashOf(asset(MART.name, `${MART.text} `), definition),
      hashOf(MART, asset(definition.name, `${GOOD}\n`)),
      hashOf(MART, definition, asset('models/int_b.sql', 'SELECT 1')),
    ];

    expect(new Set(hashes).size).toBe(4);
  });
});

describe('the order of models', () => {
  it('puts each after what it reads, and does not take a comment or a text for a dependency', () => {
    const models = orderModels([
      { name: 'mart_a', sql: "SELECT 'stg_c' FROM INT_B -- not stg_c" },
      { name: 'stg_c', sql: 'SELECT * FROM looker_loans' },
      { name: 'int_b', sql: 'SELECT * FROM stg_c JOIN book_entries USING (relation)' },
    ]);

    expect(models.map(({ name, reads }) => [name, reads])).toEqual([
      ['stg_c', ['looker_loans']],
      ['int_b', ['book_entries', 'stg_c']],
      ['mart_a', ['int_b']],
    ]);
    expect(relationsBehind('mart_a', models)).toEqual(['looker_loans']);
    expect(relationsBehind('book_entries', models)).toEqual([]);
  });

  it('stores a model that says so', () => {
    const models = orderModels([
      { name: 'int_a', sql: '-- Grain: loan.\n-- Stored: read twice.\nSELECT 1' },
      { name: 'int_b', sql: "SELECT '-- Stored: not'" },
    ]);

    expect(models.map(({ variants: [only] }) => only?.isStored)).toEqual([true, false]);
  });

  it('takes files with a number behind the name for variants of one model, in that order', () => {
    const models = orderModels([
      { name: 'int_a.2_without', sql: 'SELECT 1' },
      { name: 'int_a.1_loans', sql: 'SELECT * FROM looker_loans' },
      { name: 'mart_a', sql: 'SELECT * FROM int_a' },
    ]);

    expect(models.map(({ name, variants }) => [name, variants.map(({ file }) => file)])).toEqual([
      ['int_a', ['int_a.1_loans', 'int_a.2_without']],
      ['mart_a', ['mart_a']],
    ]);
  });

  it('refuses a circle and shows it', () => {
    const circle = [
      { name: 'mart_a', sql: 'SELECT * FROM mart_b' },
      { name: 'mart_b', sql: 'SELECT * FROM mart_a' },
    ];

    expect(() => orderModels(circle)).toThrow(ModelCycle);
    expect(() => orderModels(circle)).toThrow('mart_a -> mart_b -> mart_a');
  });
});

function problemsIn(text: string): readonly string[] {
  try {
    parseCatalog([MART, { name: 'catalog/a.yaml', text }]);
    return [];
  } catch (error) {
    if (error instanceof CatalogInvalid) return error.problems;
    throw error;
  }
}
