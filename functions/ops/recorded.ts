import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import { z } from 'zod';
import type { AccessEntry, Link } from '../../shared/access/access-record.ts';
import { theApp } from '../../shared/app.ts';
import type { ActNeed } from '../../shared/config.ts';
import { describeError } from '../../shared/pipeline/work-stage.ts';
import { VIEW_OF, VIEWS } from '../../shared/publishing/dashboard/views.ts';
import { invocationLog } from '../invocation-log.ts';
import { askedBy, cameOf } from './asked-by.ts';
import { badRequest, problem } from './problem-details.ts';
import type { Route } from './route.ts';

// Who did what over HTTP, and who looked at rows of people, goes into the access record. An act is recorded before it
// is done, and not done when that fails; what came of it is recorded afterwards, and told to the caller whether or not
// that succeeds. A look is recorded before it is answered, or is not answered.

/**
 * What they answer may have a line for each person or loan, with pseudonyms. `check` has those of whatever rows it is sent:
 * who holds a name learns its pseudonym from it, and with that whose rows are whose. It changes nothing, so it is no act.
 */
const SHOWS_PEOPLE: ReadonlySet<string> = new Set([
  'artifact',
  'table-export',
  'kpi',
  'dashboard',
  'check',
  'access-report',
]);

export function recordingOf({ name, method }: Pick<Route, 'name' | 'method'>): 'act' | 'look' | undefined {
  if (SHOWS_PEOPLE.has(name)) return 'look';
  return method === 'GET' ? undefined : 'act';
}

const DashboardView = z.object({ view: z.enum(VIEWS).default('executive') });

/** Most views of the dashboard list no customers. */
function showsNobody({ name }: Pick<Route, 'name'>, query: object): boolean {
  return name === 'dashboard' && !VIEW_OF[DashboardView.parse(query).view].sections.includes('clients');
}

/** Headers that everything takes that is recorded. */
export const WHY_HEADERS = [
  {
    name: 'x-reason',
    description: 'Why, for the access record; without it the reason in the query or the body',
    schema: z.string().max(200),
  },
  {
    name: 'x-ticket',
    description: 'The ticket that it is done for, such as RISK-12 or #345; kept in the access record',
    schema: z.string().regex(/^(?:[A-Z][A-Z0-9]{1,9}-|#)?\d{1,6}$/),
  },
] as const;

/** Does what was asked, and has it recorded where it has to be. */
export async function recorded(
  route: Pick<Route, 'name' | 'method' | 'query' | 'body'>,
  { request, query, context }: { request: HttpRequest; query: object; context: InvocationContext },
  handle: () => Promise<HttpResponseInit>,
): Promise<HttpResponseInit> {
  const recording = recordingOf(route);
  if (recording === undefined || showsNobody(route, query)) return await handle();
  const refusal = refusedHeader(request);
  if (refusal !== undefined) return refusal;
  const asked = { ...(await askedBy(route, request, query)), invocation: context.invocationId };
  if (recording === 'look') {
    const answer = await handle();
    const link = await append({ kind: 'read', ...asked, ...cameOf(answer, request) }, context);
    return link === undefined ? notRecorded() : answer;
  }
  const lacking = await whatIsLacking(asked.why);
  if (lacking !== undefined) return lacking;
  const link = await append({ kind: 'asked', ...asked }, context);
  if (link === undefined) return notRecorded();
  try {
    const answer = await handle();
    await append({ kind: 'answered', asked: link.number, ...cameOf(answer, request) }, context);
    return answer;
  } catch (error) {
    await append({ kind: 'answered', asked: link.number, status: 500 }, context);
    throw error;
  }
}

/** Undefined when it could not be written, which is logged. The log has each link as well: it is another place. */
async function append(entry: AccessEntry, context: InvocationContext): Promise<Link | undefined> {
  const log = invocationLog(context);
  const { accessChain } = await theApp();
  try {
    const link = await accessChain.append(entry);
    log.info('access.recorded', { kind: entry.kind, number: link.number, sha256: link.sha256 });
    return link;
  } catch (error) {
    log.error('access.unrecorded', { kind: entry.kind, error: describeError(error) });
    return undefined;
  }
}

/** Where the setting ACTS_NEED says so, nothing is done without. */
async function whatIsLacking(why: AskedWhy): Promise<HttpResponseInit | undefined> {
  const { config } = await theApp();
  const problems = config.actsNeed
    .filter((need) => why[need] === undefined)
    .map((need) => `It is not said ${HOW_TO_SAY[need]}.`);
  return problems.length === 0 ? undefined : badRequest(`${problems.join(' ')} Nothing was done.`, problems);
}

type AskedWhy = Extract<AccessEntry, { kind: 'asked' }>['why'];

const HOW_TO_SAY: Readonly<Record<ActNeed, string>> = {
  reason: 'why: with the header x-reason, or a reason in the request',
  ticket: 'for which ticket: with the header x-ticket, such as RISK-12 or #345',
};

function notRecorded(): HttpResponseInit {
  return problem({
    status: 503,
    code: 'access-unrecorded',
    title: 'Not recorded, so not done',
    detail:
      'The access record could not be written, so nothing was done and nothing is shown. Try again; if that does not help, look at container audit in GET health.',
  });
}

function refusedHeader(request: HttpRequest): HttpResponseInit | undefined {
  const problems = WHY_HEADERS.flatMap(({ name, schema }) => {
    const value = request.headers.get(name)?.trim();
    if (value === undefined || schema.safeParse(value).success) return [];
    return [
      `Header ${name} is not usable: ${name === 'x-ticket' ? 'RISK-12 or #345 are' : '200 characters are'}.`,
    ];
  });
  return problems.length === 0 ? undefined : badRequest(`${problems.join(' ')} Nothing was done.`, problems);
}
