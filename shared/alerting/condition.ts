import type { AlertKind } from './alert-routes.ts';

/** Something that is wrong now. The same one a minute later has the same kind and `of`. */
export type Condition = {
  readonly kind: AlertKind;
  /** The dataset, KPI, service or secret. */
  readonly of: string;
  /** One sentence, without a value of any row. */
  readonly title: string;
  /** What whoever is woken wants to see: value, limit, value before, run. */
  readonly facts: Readonly<Record<string, string>>;
};

/** Begins the names of facts that say which run brought a file of a dataset. */
export const RUN_OF = 'run of ';
