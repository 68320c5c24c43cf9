import type { Deps } from '../../shared/app.ts';
import type { Delivery } from '../../shared/ports/deliveries.ts';

// What a look at a world has found, and what it is held against.

export type Verdict = {
  readonly lost: string[];
  /** In effect: a destination that knows a repeat for one has it once. */
  readonly double: string[];
  /** Posts in Slack that came again because nobody heard that they were taken: Slack cannot tell them from new ones. */
  readonly unavoidable: string[];
};

/** The content of a delivery as it was kept. */
export async function contentOf({ path }: Delivery, { lake }: Pick<Deps, 'lake'>): Promise<string> {
  const body = path === undefined ? undefined : await lake.read('reports', path);
  if (body === undefined) throw new Error(`${path} was not kept`);
  return body.toString('utf8');
}
