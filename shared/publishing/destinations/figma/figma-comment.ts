import { z } from 'zod';
import { AnswerChanged, RequestRefused } from '../../../resilience/service-errors.ts';
import type { FigmaApi } from './figma-api.ts';
import type { FigmaExport } from './figma-export.ts';

// One comment on the file that says how things stand. Figma lets no comment be changed, so that the one before is taken
// away first: for a moment there is none, and never are there two.

/** Ends every comment of ours, so that it is found again. */
const MARK = '[abaco-kpis]';
const MOST_LINES = 20;
/** Told first, and always. */
export const FRONT = ['port.outstanding', 'risk.par_30', 'risk.par_90', 'risk.collection_rate'];

const Comments = z.looseObject({
  comments: z.array(z.looseObject({ id: z.string(), message: z.string(), parent_id: z.string().nullish() })),
});

/** `because` is why it is no more than a comment. */
export async function keepComment(
  content: FigmaExport,
  { frameId, because }: { readonly frameId: string | undefined; readonly because: string },
  api: FigmaApi,
): Promise<void> {
  const message = commentOf(content, because);
  const ours = await ownComments(api);
  const isThere = ours.find(({ message: said }) => said.trim() === message);
  const others = ours.filter(({ id }) => id !== isThere?.id);
  for (const { id } of others) await takeAway(id, api);
  if (others.length > 0 && (await ownComments(api)).some(({ id }) => id !== isThere?.id))
    throw new AnswerChanged('Figma still shows a comment that it has taken away');
  if (isThere !== undefined) return;
  const place = { node_id: frameId, node_offset: { x: 0, y: 0 } };
  await api.create('/comments', { message, ...(frameId !== undefined && { client_meta: place }) });
}

async function ownComments(api: FigmaApi): Promise<z.infer<typeof Comments>['comments']> {
  const { comments } = await api.get('/comments', Comments);
  return comments.filter(
    ({ message, parent_id: parent }) => (parent ?? '') === '' && message.trimEnd().endsWith(`\n${MARK}`),
  );
}

async function takeAway(id: string, api: FigmaApi): Promise<void> {
  try {
    await api.remove(`/comments/${encodeURIComponent(id)}`);
  } catch (error) {
    // Somebody was faster.
    if (error instanceof RequestRefused && error.status === 404) return;
    throw error;
  }
}

function commentOf({ day, freshness, runId, kpis }: FigmaExport, because: string): string {
  const front = FRONT.flatMap((id) => kpis.filter((kpi) => kpi.id === id));
  const outside = kpis.filter(
    (kpi) => (kpi.status === 'CRITICAL' || kpi.status === 'WARNING') && !front.includes(kpi),
  );
  const lines = [...front, ...outside].map(({ name, shown, status }) => `${name}: ${shown} (${status})`);
  const said = lines.slice(0, MOST_LINES);
  if (lines.length > MOST_LINES) said.push(`… and ${lines.length - MOST_LINES} more outside their limits`);
  return [
    `KPIs of ${day}: ${freshness}`,
    ...said,
    `Run ${runId}. A comment and not variables: ${because}`,
    MARK,
  ].join('\n');
}
