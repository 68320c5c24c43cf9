import { z } from 'zod';
import { DatasetId } from '../../shared/domain/ids.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import { SourceName } from '../../shared/ports/source-client.ts';
import {
  pauseSource,
  planPull,
  resumeSource,
  showSource,
  withPromise,
} from '../../shared/sources/operate-source.ts';
import { sendPulls } from '../ingest/pull-source.ts';
import { badRequest, notFound } from './problem-details.ts';
import { jsonAnswer, NO_QUERY, type Route, withDeps } from './route.ts';

const PullQuery = z.object({
  dataset: DatasetId.optional().describe('Only this dataset, such as hubspot/deals'),
  from: LocalDate.optional().describe('First day to ask for again; without it what is new'),
  to: LocalDate.optional().describe('Last day to ask for again; the same day without it'),
  reason: z.string().max(200).default('asked for over HTTP').describe('Kept with the pull'),
  dryRun: z.stringbool().default(false).describe('Only say what would be asked for'),
});
const PauseQuery = z.object({
  until: z.iso.datetime().describe('When it goes on by itself, for example 2026-01-15T06:00:00Z'),
  by: z.string().min(1).max(100).describe('Who pauses it'),
  reason: z.string().min(1).max(200).describe('Why; shown to whoever looks'),
});
const ResumeQuery = z.object({ by: z.string().min(1).max(100).describe('Who takes the pause back') });

const UNKNOWN = { 404: { description: 'No such source' } };

export const sourcesRoute: Route = {
  name: 'sources',
  method: 'GET',
  path: 'sources',
  authLevel: 'function',
  summary: 'How far each source has been pulled, what became of its last pulls, and what stops it',
  query: NO_QUERY,
  responses: { 200: { description: 'Every source with its datasets' } },
  handle: withDeps(async (_request, deps) => {
    const sources = await Promise.all(SourceName.options.map((source) => showSource(source, deps)));
    return jsonAnswer({ sources });
  }),
};

export const pullRoute: Route<typeof PullQuery> = {
  name: 'pull-source',
  method: 'POST',
  path: 'sources/{name}/pull',
  authLevel: 'function',
  summary: 'Pull a source now, or past days of it again',
  query: PullQuery,
  responses: {
    200: { description: 'Dry run: what would be asked for, and how many records the source has' },
    202: { description: 'Asked for; GET sources shows what becomes of it' },
    400: { description: 'The source cannot be asked for that' },
    ...UNKNOWN,
  },
  handle: withDeps(async (request, deps, { query, context }) => {
    const source = SourceName.safeParse(request.params['name']);
    if (!source.success) return unknownSource(request.params['name']);
    const { dryRun, reason, ...asked } = query;
    const plan = await planPull(source.data, { ...asked, cause: reason }, deps);
    if (plan.kind === 'refused') return badRequest(`Nothing was pulled: ${plan.why}.`, [plan.why]);
    if (dryRun) {
      const client = deps.sourceClient(source.data);
      const pulls = await Promise.all(plan.pulls.map((pull) => withPromise(client, pull)));
      return jsonAnswer({ dryRun: true, source: source.data, pulls: pulls.map(shown) });
    }
    sendPulls(
      context,
      plan.pulls.map(({ message }) => message),
    );
    return jsonAnswer(
      { dryRun: false, source: source.data, pulls: plan.pulls.map(shown), watch: '/api/sources' },
      202,
    );
  }),
};

export const pauseRoute: Route<typeof PauseQuery> = {
  name: 'pause-source',
  method: 'POST',
  path: 'sources/{name}/pause',
  authLevel: 'function',
  summary: 'Pull nothing of a source until a day; it goes on by itself',
  query: PauseQuery,
  responses: { 200: { description: 'Paused' }, 400: { description: 'The end is in the past' }, ...UNKNOWN },
  handle: withDeps(async (request, deps, { query }) => {
    const source = SourceName.safeParse(request.params['name']);
    if (!source.success) return unknownSource(request.params['name']);
    if (Date.parse(query.until) <= deps.clock.now().getTime())
      return badRequest(`Nothing was paused: ${query.until} is past.`, ['until is in the past']);
    await pauseSource(source.data, query, deps);
    return jsonAnswer(await showSource(source.data, deps));
  }),
};

export const resumeRoute: Route<typeof ResumeQuery> = {
  name: 'resume-source',
  method: 'POST',
  path: 'sources/{name}/resume',
  authLevel: 'function',
  summary: 'Take the pause of a source back',
  query: ResumeQuery,
  responses: { 200: { description: 'Goes on with its next schedule' }, ...UNKNOWN },
  handle: withDeps(async (request, deps, { query }) => {
    const source = SourceName.safeParse(request.params['name']);
    if (!source.success) return unknownSource(request.params['name']);
    await resumeSource(source.data, query.by, deps);
    return jsonAnswer(await showSource(source.data, deps));
  }),
};

function shown({ message: _message, ...pull }: { readonly message: unknown }): object {
  return pull;
}

function unknownSource(name: string | undefined) {
  return notFound(`Source ${JSON.stringify(name ?? '')}`, `There are ${SourceName.options.join(', ')}.`);
}
