import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ExpectationResult } from '../../../shared/expectations/expectation-result.ts';
import type { QualityEntry } from '../../../shared/ports/quality-log.ts';
import { PAGE_STYLE } from '../../../shared/publishing/page-style.ts';
import { validationPage } from '../../../shared/publishing/validation-page.ts';
import type { ValidationReport } from '../../../shared/runs/documents.ts';
import { aValidationReport } from '../../support/a-kpi-mart.ts';
import { anExpectationResult, aQualityEntry, aRunId } from '../../support/a-quality-entry.ts';
import { golden } from '../../support/golden.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

const columns = anExpectationResult({
  id: 'columns',
  about: 'The file has each required column once; others are ignored',
  severity: 'block',
  status: 'passed',
  observed: 'unknown and ignored: branch_note',
  threshold: '12 required',
  failing: 0,
});
const { firstRecords: _, code: __, ...met } = columns;
const volume = anExpectationResult({
  id: 'volume',
  about: 'The number of rows is within 20 % of the earlier files',
  status: 'not-evaluated',
  observed: 'not evaluated',
  threshold: '80 % to 120 % of the median',
  reason: 'No earlier file of the contract was accepted, so there is nothing to compare with.',
  failing: 0,
});
const { firstRecords: ___, code: ____, ...unjudged } = volume;
const RESULTS: readonly ExpectationResult[] = [met, anExpectationResult(), unjudged];

/** Six earlier files, of which the third was blocked and the fifth had no score; the newest first. */
function aHistory(): QualityEntry[] {
  return ['97.0', '98.5', '41.2', '99.9', undefined, '100.0']
    .map((score, index) => {
      const { score: _score, ...entry } = aQualityEntry({
        runId: aRunId(index + 1),
        landedAt: `2025-${String(index + 7).padStart(2, '0')}-05T06:30:00.000Z`,
        verdict: index === 2 ? 'block' : 'promote',
        rows: 30_000 + index,
      });
      return score === undefined ? entry : { ...entry, score };
    })
    .toReversed();
}

const accepted = (overrides: Partial<ValidationReport> = {}): ValidationReport =>
  aValidationReport({
    verdict: 'accepted',
    rows: { read: 31_222, accepted: 31_222, rejected: 0, orphans: 0, identicalDuplicates: 0 },
    tolerance: { maxRejectedShare: '0.02', rejectedShare: '0' },
    problems: [],
    columns: { unexpected: [], missingOptional: [] },
    ...overrides,
  });

const rejected = (): ValidationReport => {
  const {
    asOf: _asOf,
    quarantinePath: _path,
    ...report
  } = aValidationReport({
    verdict: 'rejected',
    rows: { read: 0, accepted: 0, rejected: 0, orphans: 0, identicalDuplicates: 0 },
    problems: [
      {
        code: 'missing-column',
        severity: 'error',
        column: 'outstanding_balance_usd',
        message:
          'Contract loan_par_balances@3: column outstanding_balance_usd is missing. Nothing was promoted. Add the column and drop the file again.',
      },
      { code: 'unexpected-column', severity: 'error', count: 1, message: 'Unknown columns.' },
      { code: 'duplicate-column', severity: 'error', column: 'dpd', message: 'It is there twice.' },
    ],
    columns: {
      unexpected: ['olb'],
      missing: [{ column: 'outstanding_balance_usd', nearest: 'olb' }],
      missingOptional: ['lender'],
    },
    controlTotals: {},
  });
  return report;
};

/** Text of the page, without markup. */
const words = (page: string): string =>
  page
    .replace(/<style>[^]*<\/style>/, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/[ \n]+/g, ' ');

describe('the validation page', () => {
  it('is the stored page, byte for byte', () => {
    const page = validationPage(aValidationReport(), RESULTS, aHistory());

    expect(page).toBe(golden('reports/validation-page.html', page));
  });

  it('stands alone: one file, no script, nothing from elsewhere', () => {
    const page = validationPage(aValidationReport(), RESULTS, aHistory());

    expect(page).not.toMatch(/<script|<link|<iframe|<object|<img|@import|url\(|\ssrc=|\shref=|https?:/i);
  });

  it('says verdict, file and score first, then what to do, then what was looked at', () => {
    const text = words(validationPage(aValidationReport(), RESULTS, aHistory()));

    const order = [
      'Accepted, 12 rows in quarantine',
      'amber',
      '31,210 of 31,222 rows are in the numbers. Those in quarantine are missing from them.',
      'loan_par_balances_2025-12.csv',
      // Passed 3 of 4, and 31,210 of 31,222 rows: 74.97.
      'Quality score 75.0 of 100',
      'What to do',
      'Correct them at the source and drop the file again.',
      'docs/runbooks/negative-balance.md',
      'the contract tolerates 2.00',
      'Not met: 1',
      'Not evaluated: 1',
      'Met: 1',
      'branch_note',
      '12,004,800.00',
      'The earlier scores as numbers',
    ];
    // The title of the document repeats the verdict in its head.
    const body = text.slice(text.indexOf('Validation report', text.indexOf('Validation report') + 1));
    const places = order.map((part) => body.indexOf(part));
    expect(order.filter((part) => !body.includes(part))).toEqual([]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('is green, amber or red, and says so in words', () => {
    const verdict = (report: ValidationReport, results = [met]) =>
      /<li class="verdict edge-(\w+)"><span class="chip \w+">(\w+)<\/span> ([^<]+)<\/li>/
        .exec(validationPage(report, results, []))
        ?.slice(1);

    expect(verdict(accepted())).toEqual(['good', 'green', '31,222 of 31,222 rows are in the numbers.']);
    expect(verdict(accepted(), [met, anExpectationResult()])).toEqual([
      'warning',
      'amber',
      '31,222 of 31,222 rows are in the numbers. 1 expectation is not met.',
    ]);
    expect(verdict(rejected())).toEqual([
      'critical',
      'red',
      'Nothing of this file is in the numbers. Those of the last good file stand.',
    ]);
  });

  it('speaks of the numbers only where KPIs read such files', () => {
    const page = (report: ValidationReport): string =>
      words(validationPage({ ...report, isReadByKpis: false }, [met], []));

    expect(page(accepted())).toContain('31,222 of 31,222 rows were taken in.');
    expect(page(aValidationReport())).toContain(
      '31,210 of 31,222 rows were taken in. Those in quarantine were not.',
    );
    expect(page(rejected())).toContain('Nothing of this file was taken in. The last good file stands.');
    for (const report of [accepted(), aValidationReport(), rejected()])
      expect(page(report)).not.toContain('in the numbers');
  });

  it('counts rows so that they add up, also those of a file that was refused', () => {
    const rows = { read: 52, accepted: 0, rejected: 4, orphans: 0, dropped: 3, identicalDuplicates: 1 };
    const report = aValidationReport({ verdict: 'rejected', rows });

    const text = words(validationPage(report, RESULTS, []));

    expect(text).toContain(
      'Read 52 Accepted 0 Rejected 4 Dropped, an earlier row speaks for them 3 Good, but not taken in 45',
    );
  });

  it('shows what stopped a file before everything that it did not stop', () => {
    const stopped = anExpectationResult({ id: 'tolerance', severity: 'block', about: 'Few rows are bad' });

    const text = words(validationPage(rejected(), [...RESULTS, stopped], []));

    expect(text).toContain('Not met, and the file was stopped: 1');
    expect(text.indexOf('Few rows are bad')).toBeLessThan(text.indexOf('amount is at least 0'));
  });

  it('shows how the columns differ', () => {
    const text = words(validationPage(rejected(), [], []));

    expect(text).toMatch(/outstanding_balance_usd\s+missing\s+The contract requires it\./);
    expect(text).toMatch(/dpd\s+there twice\s+It is unclear which one counts\./);
    expect(text).toMatch(/olb\s+unknown\s+The contract allows no other columns\./);
    expect(text).toContain('The contract requires it. The file has &quot;olb&quot;.');
    expect(text).toMatch(/lender\s+absent\s+It is optional\./);
  });

  it('reads well when there is nothing to say', () => {
    const text = words(validationPage(accepted({ nulls: {}, controlTotals: {} }), [], []));

    expect(text).toContain('Nothing: there is no problem to solve.');
    expect(text).toContain('None were evaluated.');
    expect(text).toContain('No difference between the columns');
    expect(text).toContain('Nothing could be evaluated, so there is no score.');
    expect(text).not.toContain('Quality score undefined');
  });

  it('names empty cells by column', () => {
    const text = words(validationPage(accepted({ nulls: { lender: 1_204, dpd: 0 } }), [met], []));

    expect(text).toMatch(/Empty cells in accepted rows.*lender\s+1,204/);
    expect(text).not.toMatch(/\bdpd\b/);
  });
});

describe('the history of the score', () => {
  const bars = (page: string) => page.match(/<title>[^<]+: [^<]+<\/title>/g)?.slice(0) ?? [];

  it('has a bar for each earlier file, the oldest first, and this file last', () => {
    const page = validationPage(accepted(), [met], aHistory());

    const chart = page.slice(page.indexOf('<svg'), page.indexOf('</svg>'));
    expect(bars(chart)).toEqual([
      '<title>2025-07-05: 97.0</title>',
      '<title>2025-08-05: 98.5</title>',
      '<title>2025-09-05: 41.2, blocked</title>',
      '<title>2025-10-05: 99.9</title>',
      '<title>2025-11-05: no score</title>',
      '<title>2025-12-05: 100.0</title>',
      '<title>this file: 100.0</title>',
    ]);
    expect(chart).toContain('41.2 ×');
    expect(chart).toMatch(/role="img"[^>]+aria-label="Quality scores, oldest first: 2025-07-05 97\.0, /);
  });

  it('shows eleven earlier files at most, and each run once', () => {
    const own = aQualityEntry({ runId: accepted().runId });
    const history = Array.from({ length: 40 }, (_item, index) =>
      aQualityEntry({ runId: aRunId(index), landedAt: new Date(Date.UTC(2025, 0, index + 1)).toISOString() }),
    );

    const page = validationPage(accepted(), [met], [own, ...history, ...history]);

    expect(bars(page.slice(page.indexOf('<svg')))).toHaveLength(12);
  });
});

describe('access for everybody', () => {
  const page = validationPage(aValidationReport({ nulls: { lender: 3 } }), RESULTS, aHistory());

  it('has a language, one main part, one first heading, and no level of heading left out', () => {
    const levels = [...page.matchAll(/<h(\d)>/g)].map(([, level]) => Number(level));

    expect(page).toContain('<html lang="en">');
    expect(page.match(/<main>/g)).toHaveLength(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1)).toBe(true);
  });

  it('has a heading for each column of each table', () => {
    const tables = [...page.matchAll(/<table[^]*?<\/table>/g)].map(([table]) => table);

    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const headings = table.match(/<th scope="col"/g)?.length ?? 0;
      const rows = [...table.matchAll(/<tr>(?!<th)([^]*?)<\/tr>/g)].map(([, row = '']) => row);
      expect(rows.map((row) => row.match(/<td/g)?.length)).toEqual(rows.map(() => headings));
    }
  });

  it('has at least 4.5 to 1 between text and ground, in both schemes', () => {
    const pairs = [
      ...['good', 'warning', 'critical', 'quiet'].map((tone) => [tone, `${tone}-ground`] as const),
      ...['ink', 'muted', 'chart-ink', 'chart-muted'].map((text) => [text, 'paper'] as const),
    ];

    for (const [text, ground] of pairs) {
      for (const scheme of [0, 1]) {
        expect([text, scheme, contrast(text, ground, scheme) >= 4.5]).toEqual([text, scheme, true]);
      }
    }
  });

  it('uses only colours that the page style defines for both schemes', () => {
    const used = [...page.matchAll(/var\((--[a-z0-9-]+)/g)].map(([, name = '']) => name);

    for (const name of new Set(used)) {
      expect(PAGE_STYLE.split(`${name}:`).length).toBeGreaterThanOrEqual(3);
    }
  });
});

/** Contrast of two colours of the page style by the formula of WCAG 2; scheme 0 is light, 1 is dark. */
function contrast(text: string, ground: string, scheme: number): number {
  const luminance = (name: string): number => {
    const hex = [...PAGE_STYLE.matchAll(new RegExp(`--${name}: #([0-9a-f]{6})`, 'g'))][scheme]?.[1] ?? '';
    const [red = 0, green = 0, blue = 0] = (hex.match(/../g) ?? []).map((pair) => {
      const part = Number.parseInt(pair, 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(text), luminance(ground)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

it('never contains an element or an attribute that data brought in', () => {
  const withText = (text: string): string =>
    validationPage(
      aValidationReport({
        sourceFile: text,
        contract: text,
        problems: aValidationReport().problems.map((problem) => ({
          ...problem,
          message: text,
          column: text,
        })),
        columns: { unexpected: [text], missingOptional: [text] },
        nulls: { [text]: 3 },
        controlTotals: { [text]: '1.00' },
        quarantinePath: text,
      }),
      RESULTS.map((result) => ({
        ...result,
        id: text,
        about: text,
        observed: text,
        threshold: text,
        ...(result.reason !== undefined && { reason: text }),
      })),
      aHistory(),
    );
  const expected = tagsOf(withText('plain'));

  fc.assert(
    fc.property(hostileText, (text) => {
      expect(tagsOf(withText(text))).toEqual(expected);
    }),
    { numRuns: 60, seed: 20_251_231 },
  );
});
