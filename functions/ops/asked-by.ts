import { createHash } from 'node:crypto';
import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import type { AccessAnswer, AccessEntry } from '../../shared/access/access-record.ts';
import { CONTRACTS } from '../../shared/contracts/registry.ts';
import { DatasetId, RunId } from '../../shared/domain/ids.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import { DestinationName } from '../../shared/ports/deliveries.ts';
import { SourceName } from '../../shared/ports/source-client.ts';
import { withoutPersonalValues } from '../../shared/privacy/without-personal-values.ts';
import type { Origin } from '../../shared/runs/origin.ts';
import { jsonOf } from './parse-query.ts';
import type { Route } from './route.ts';

// What the access record says of a request and of its answer.

type RecordedRoute = Pick<Route, 'name' | 'query' | 'body'>;
type Asked = Omit<Extract<AccessEntry, { kind: 'asked' }>, 'kind' | 'invocation'>;

/** Who asks, for what, and why: in names of ours alone. */
export async function askedBy(route: RecordedRoute, request: HttpRequest, query: object): Promise<Asked> {
  const { by, reason, ...others } = Told.parse({ ...query, ...(await bodyOf(route, request)) });
  const key = request.headers.get('x-functions-key') ?? request.query.get('code');
  const { principal, purpose: why = reason, ticket } = toldIn(request);
  return {
    who: {
      ...(key && { key: createHash('sha256').update(key).digest('hex').slice(0, 12) }),
      ...(principal && { principal }),
      ...(by !== undefined && { by }),
    },
    what: { route: route.name, values: { ...namesIn(request.params), ...valuesOf(others, route) } },
    why: { ...(why && { reason: withoutPersonalValues(why) }), ...(ticket && { ticket }) },
  };
}

/** Who hands a file over and what for, which goes with the file. */
export function broughtBy(request: HttpRequest, by: string | undefined): Origin {
  const told = toldIn(request);
  return by === undefined ? told : { principal: by, ...told };
}

function toldIn({ headers }: HttpRequest): Origin {
  const principal = headers.get('x-ms-client-principal-name')?.slice(0, 200);
  const purpose = headers.get('x-reason')?.trim();
  const ticket = headers.get('x-ticket')?.trim();
  return { ...(principal && { principal }), ...(purpose && { purpose }), ...(ticket && { ticket }) };
}

const Told = z.looseObject({
  by: z.string().optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
});

/** The body where it says what to do, and is usable; a body that is a file has nothing to say here. */
async function bodyOf({ body }: RecordedRoute, request: HttpRequest): Promise<object> {
  if (body?.schema === undefined) return {};
  const { data } = body.schema.safeParse(jsonOf(await request.clone().text()));
  return Object(data);
}

const WITHHELD = '[withheld]';

/** Names of ours that come as text: anybody may write anything into an address, such as the name of a customer. */
const NameOfOurs = z.union([
  RunId,
  z.string().regex(/^run_[0-9a-f]{12}\.\d{1,6}$/),
  LocalDate,
  DatasetId.refine((dataset) => CONTRACTS.some((contract) => contract.dataset === dataset)),
  SourceName,
  DestinationName,
]);

function namesIn(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [
      name,
      NameOfOurs.safeParse(text).success ? text : WITHHELD,
    ]),
  );
}

/** What can only be one of a few values, or a moment, is kept as it is. A pattern lets the name of a person through. */
function valuesOf(
  given: Readonly<Record<string, unknown>>,
  { query, body }: RecordedRoute,
): Record<string, string> {
  const shapes = { ...query.shape, ...(body?.schema instanceof z.ZodObject && body.schema.shape) };
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const isClosed = typeof value === 'boolean' || typeof value === 'number' || isOfFew(shapes[name]);
        const isKept = isClosed || NameOfOurs.safeParse(value).success;
        return [name, isKept ? String(value) : WITHHELD];
      }),
  );
}

function isOfFew(schema: z.core.$ZodType | undefined): boolean {
  if (schema === undefined) return false;
  const { enum: choices, format } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return choices !== undefined || format === 'date-time';
}

/** What the caller is told, in so far as it is no data. */
export function cameOf(answer: HttpResponseInit, { params }: HttpRequest): AccessAnswer {
  const status = answer.status ?? 200;
  if (status >= 400) return { status };
  const isNamed = Object.keys(params).length > 0;
  return { status, ...runIn(answer), ...(isNamed && { found: { ...params } }) };
}

function runIn({ headers, body }: HttpResponseInit): Pick<AccessAnswer, 'runId'> {
  if (new Headers(Object(headers)).get('content-type') !== 'application/json' || typeof body !== 'string')
    return {};
  const { data } = z.object({ runId: RunId }).safeParse(JSON.parse(body));
  return data ?? {};
}
