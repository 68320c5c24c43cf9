import type { Sha256 } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { type Problem, runbookOf } from '../domain/problem.ts';
import { multiply, rational } from '../domain/rational.ts';
import type { BookEntry, KpiMart, KpiStatus } from '../kpis/kpi-result.ts';
import type { ValidationReport } from '../runs/documents.ts';
import type { RunRecord } from '../runs/run-record.ts';
import { type Ageing, ageingOf } from './ageing.ts';
import { isTotal } from './exact-value.ts';
import type { ReportInput } from './executive-report.ts';
import { type KpiRow, kpiRows } from './kpi-row.ts';
import { DOCUMENTS, type Language } from './language/language.ts';
import { type ParTrend, parTrendOf } from './par-trend.ts';
import { type OpenExpectation, openExpectations, scoreSentence } from './report-expectations.ts';
import { type ReportFigures, reportFigures } from './report-figures.ts';
import { type ReportRestatement, reportRestatements } from './report-restatements.ts';
import { rolledBackSentence } from './rolled-back-notices.ts';
import { showCount, showValue } from './show-value.ts';

// What the report says, before any markup: Markdown and HTML are two ways to write the same model.

export type ReportModel = {
  readonly freshness: Freshness;
  readonly verdict: string;
  /** A sentence for each file that was rolled back and that no newer one has replaced. */
  readonly rolledBack: readonly string[];
  /** One for each KPI outside its limits, the critical ones first; else one that says all is well. */
  readonly headlines: readonly Headline[];
  readonly kpis: readonly KpiRow[];
  /** The front of the report: the figures that most readers look at. */
  readonly figures: ReportFigures;
  /** KPIs whose definition has changed, by the former version and by the one in force. */
  readonly restatements: readonly ReportRestatement[];
  readonly trend: ParTrend;
  readonly ageing: Ageing;
  /** One for each file in the book, that of the run first. */
  readonly quality: readonly DataQuality[];
  readonly provenance: Provenance;
};

export type Headline = { readonly status: KpiStatus; readonly sentence: string };

export type Freshness = {
  readonly asOf: LocalDate;
  /** The snapshot's name in the feed, when it differs from its true day. */
  readonly label: LocalDate | undefined;
  /** `As of 2025-12-31`, or `Labelled 2025-12-31, true as-of 2025-12-10`. */
  readonly sentence: string;
};

export type DataQuality = {
  readonly dataset: string;
  readonly file: string;
  readonly verdict: ValidationReport['verdict'];
  readonly rows: { readonly name: string; readonly count: string }[];
  /** `0.98 % of the rows were rejected; the contract tolerates 2.00 %`. */
  readonly tolerance: string;
  /** `Quality score 97.3 of 100: 41 of 43 expectations are met.` */
  readonly score: string;
  /** What is not met, then what could not be evaluated, the weightiest first; the last line says how many more. */
  readonly open: readonly OpenExpectation[];
  /** The page with everything that was looked at, as the service has it. */
  readonly validationPage: string;
  readonly problems: readonly QualityProblem[];
  readonly unexpectedColumns: readonly string[];
  readonly missingColumns: readonly string[];
};

export type QualityProblem = {
  readonly code: string;
  readonly severity: Problem['severity'];
  readonly message: string;
  readonly count: string;
  /** `4, 17, 203`, or empty. */
  readonly firstRecords: string;
  readonly runbook: string;
};

export type Provenance = {
  readonly runId: string;
  readonly attempt: number;
  readonly dataset: string;
  readonly contract: string;
  readonly inputFile: string;
  readonly inputSha256: Sha256;
  readonly bookId: string;
  readonly book: readonly BookEntry[];
  readonly definitions: readonly { readonly id: string; readonly version: number }[];
  readonly catalogSha256: Sha256;
  readonly revision: string;
};

export function reportModel(input: ReportInput): ReportModel {
  const { mart, run, validation, others, revision } = input;
  const reports = [validation, ...others];
  const kpis = kpiRows(mart);
  return {
    freshness: freshnessOf(mart),
    verdict: verdictOf(reports),
    rolledBack: (input.rolledBack ?? []).map((file) => rolledBackSentence(file, DOCUMENTS)),
    headlines: headlinesOf(kpis),
    kpis,
    figures: reportFigures(mart, kpis),
    restatements: reportRestatements(mart),
    trend: parTrendOf(mart),
    ageing: ageingOf(mart),
    quality: reports.map(qualityOf),
    provenance: provenanceOf(mart, run, validation, revision),
  };
}

/** The label is the newest reporting date of what was computed from the newest snapshot. */
export function freshnessOf(mart: KpiMart, { words, day }: Language = DOCUMENTS): Freshness {
  const { asOf } = mart;
  const labels = mart.kpis.filter((kpi) => isTotal(kpi) && kpi.asOf === asOf).map((kpi) => kpi.reportingDate);
  const newest = labels.toSorted().at(-1);
  const label = newest === asOf ? undefined : newest;
  const sentence = label ? words.labelled(day(label), day(asOf)) : words.asOf(day(asOf));
  return { asOf, label, sentence };
}

/** The critical ones, then the warnings, then how many have no value. */
export function headlinesOf(kpis: readonly KpiRow[], { words, count }: Language = DOCUMENTS): Headline[] {
  const outside = (['critical', 'warning'] as const).flatMap((status) =>
    kpis.filter((kpi) => kpi.status === status).map((kpi) => ({ status, sentence: `${kpi.sentence}.` })),
  );
  const limited = kpis.filter((kpi) => kpi.limits && kpi.status === 'ok').length;
  const allWell = words.headline.allWell(count(limited));
  const missing = kpis.filter((kpi) => kpi.status === 'not-computable').length;
  const gaps = words.headline.gaps(count(missing), count(kpis.length));
  return [
    ...outside,
    ...(limited > 0 && outside.length === 0 ? [{ status: 'ok', sentence: allWell } as const] : []),
    ...(missing > 0 ? [{ status: 'not-computable', sentence: gaps } as const] : []),
  ];
}

/** A row that is in quarantine is missing from the numbers, whichever file of the book it came in. */
function verdictOf(reports: readonly ValidationReport[]): string {
  const sum = (count: (rows: ValidationReport['rows']) => number): number =>
    reports.reduce((running, { rows }) => running + count(rows), 0);
  const read = showCount(sum((rows) => rows.read));
  const incomplete = reports.filter(({ verdict }) => verdict !== 'accepted');
  if (incomplete.length === 0) return `Accepted: all ${read} rows of ${filesInWords(reports.length)} passed.`;
  const rejected = sum((rows) => rows.rejected);
  const are = rejected === 1 ? 'is' : 'are';
  const datasets = [...new Set(incomplete.map(({ dataset }) => dataset))].join(', ');
  return `${showCount(rejected)} of ${read} rows ${are} in quarantine and not in the numbers (${datasets}).`;
}

function filesInWords(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function qualityOf(validation: ValidationReport): DataQuality {
  const { rows, tolerance, columns } = validation;
  return {
    dataset: validation.dataset,
    file: validation.sourceFile,
    verdict: validation.verdict,
    rows: [
      { name: 'Read', count: showCount(rows.read) },
      { name: 'Accepted', count: showCount(rows.accepted) },
      { name: 'Rejected', count: showCount(rows.rejected) },
      { name: 'Identical duplicates', count: showCount(rows.identicalDuplicates) },
    ],
    tolerance: `${shareInPercent(tolerance.rejectedShare)} of the rows were rejected; the contract tolerates ${shareInPercent(tolerance.maxRejectedShare)}.`,
    score: scoreSentence(validation),
    open: openExpectations(validation.expectations),
    validationPage: `/api/runs/${validation.runId}/artifacts/validation_report.html`,
    problems: validation.problems.map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      message: problem.message,
      count: showCount(problem.count ?? 1),
      firstRecords: (problem.firstRecords ?? [problem.record].filter((record) => record !== undefined)).join(
        ', ',
      ),
      runbook: runbookOf(problem.code),
    })),
    unexpectedColumns: columns.unexpected,
    missingColumns: columns.missingOptional,
  };
}

function shareInPercent(share: string): string {
  return showValue(multiply(rational(share), rational(100)), 'percent', 2);
}

function provenanceOf(
  mart: KpiMart,
  run: RunRecord,
  validation: ValidationReport,
  revision: string,
): Provenance {
  return {
    runId: run.runId,
    attempt: run.attempt,
    dataset: run.dataset,
    contract: `${run.contract} version ${run.contractVersion}`,
    inputFile: validation.sourceFile,
    inputSha256: run.sha256,
    bookId: mart.bookId,
    book: mart.book,
    definitions: mart.kpis.filter(isTotal).map(({ id, version }) => ({ id, version })),
    catalogSha256: mart.catalogSha256,
    revision,
  };
}
