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
  /** Takes back all that these attempts have said. */
  forget(run: HistoryAttempt): Promise<TakenBack>;
  /** Says these points of the mart and no other. Returns those of them where nothing worse founded stands than this run. */
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
  readonly takenBack: TakenBack;
};

/** What the run has said and does not say any more, by this call or an earlier one. */
export type TakenBack = {
  /** Also those that others have taken: there may be better founded ones, which nobody has asked yet. */
  readonly points: readonly HistoryPoint[];
  /** Who has taken them. Whoever asked them may have died before he saw that they do not say it any more, either. */
  readonly standIns: readonly RunId[];
};
