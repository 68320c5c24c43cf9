import type { RunId } from '../domain/ids.ts';
import type { KpiMart, KpiResult } from '../kpis/kpi-result.ts';

/** One result of the history: there is room for a single one, that of the run that is best founded. */
export type HistoryPoint = Pick<KpiResult, 'id' | 'version' | 'model' | 'reportingDate' | 'dimension'>;

/** Who says something. Between two books of equal standing it counts whose file landed later, then whose contract is newer. */
export type HistoryWriter = {
  readonly landedAt: string;
  readonly contractVersion?: number | undefined;
  readonly runId: RunId;
  readonly attempt: number;
};

/** An attempt of a run, and those before it. */
export type HistoryAttempt = Pick<HistoryWriter, 'runId' | 'attempt'>;

/**
 * The time series of all KPIs over all runs. Of several results for one point the best founded stands, and only that one
 * is kept: however many runs there are, it does not grow by more than reporting dates. What a run takes back is read until
 * another one has offered its own, or nobody has any and the points are closed (`settle-history.ts`).
 */
export interface KpiHistory {
  /**
   * Says all that the run has to say: its results stand where nothing better founded does, and what it said before and
   * does not say now, or less well founded, is taken back. A later attempt is never overridden. Idempotent.
   */
  record(mart: KpiMart, run: HistoryWriter): Promise<Recorded>;
  /** Takes back all that these attempts have said. Returns the points that wait for others, also those of an earlier call. */
  forget(run: HistoryAttempt): Promise<readonly HistoryPoint[]>;
  /** Says these points of the mart and no other. Returns those of them that wait no more, whoever took them. */
  offer(mart: KpiMart, run: HistoryWriter, points: readonly HistoryPoint[]): Promise<readonly HistoryPoint[]>;
  /** Removes the points that the run has taken back and nobody else took. */
  close(run: HistoryAttempt, points: readonly HistoryPoint[]): Promise<void>;
  /**
   * Results of one KPI version at all reporting dates, oldest first. Only those read from the one model: another
   * model measures another quantity under the same name.
   */
  seriesOf(kpi: Pick<KpiResult, 'id' | 'version' | 'model'>): Promise<readonly KpiResult[]>;
}

export type Recorded = {
  /** Results that were added, changed or taken out. */
  readonly changed: number;
  /** Points that the run has taken back and nobody has taken yet. */
  readonly takenBack: readonly HistoryPoint[];
};
