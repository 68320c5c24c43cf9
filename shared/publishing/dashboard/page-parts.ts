import type { KpiDefinition } from '../../kpis/kpi-definition.ts';
import type { KpiMart } from '../../kpis/kpi-result.ts';
import type { KpiRow } from '../kpi-row.ts';
import type { Language } from '../language/language.ts';
import type { Choice } from './address.ts';
import type { PartOfMart } from './part.ts';

/** What the definitions say about a KPI and its result does not. */
export type KpiFacts = Pick<
  KpiDefinition,
  'id' | 'version' | 'name' | 'nameEs' | 'department' | 'formula' | 'freshness'
>;

/** What every section of a dashboard with numbers is made from. */
export type Figures = {
  readonly mart: KpiMart;
  /** Of the part that is shown, or of the whole book. */
  readonly rows: readonly KpiRow[];
  /** Results of the part that is shown, when it is not the whole book. */
  readonly part: PartOfMart | undefined;
  readonly facts: ReadonlyMap<string, KpiFacts>;
  readonly language: Language;
  readonly choice: Choice;
  readonly now: string;
  readonly link: (path: string) => string;
  /** Run that the numbers come from. */
  readonly runId: string | undefined;
};
