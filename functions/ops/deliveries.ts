import { z } from 'zod';
import { previewDelivery, resendDelivery } from '../../shared/pipeline/deliver.ts';
import {
  Delivery,
  type DeliverySubject,
  DestinationName,
  parseSubject,
  subjectId,
} from '../../shared/ports/deliveries.ts';
import { sendDeliveries } from '../pipeline/deliver.ts';
import { badRequest, notFound } from './problem-details.ts';
import { jsonAnswer, type Route, SAFE_TO_SHOW, withDeps } from './route.ts';

const SUBJECT = z
  .string()
  .min(1)
  .describe('What is told: a run with its attempt, as run_0123456789ab.1, or a day, as 2025-12-10');
const DeliveriesQuery = z.object({
  destination: DestinationName.optional().describe('Only those of this destination'),
  status: Delivery.shape.status.optional().describe('Only those that stand so'),
});
const SubjectQuery = z.object({ subject: SUBJECT });

const UNKNOWN = { 404: { description: 'No such destination in use, or no such subject' } };

export const deliveriesRoute: Route<typeof DeliveriesQuery> = {
  name: 'deliveries',
  method: 'GET',
  path: 'deliveries',
  authLevel: 'function',
  summary: 'What went where, when, and with which content; the newest first',
  query: DeliveriesQuery,
  responses: { 200: { description: 'Deliveries, and the destinations that are in use' } },
  handle: withDeps(async (_request, { deliveries, destinations }, { query }) => {
    const found = await deliveries.all(query);
    const shown = found
      .toSorted((a, b) => (a.since < b.since ? 1 : -1))
      .map(({ subject, ...delivery }) => ({ ...delivery, subject: subjectId(subject) }));
    return jsonAnswer({ inUse: destinations.map(({ name, tells }) => ({ name, tells })), deliveries: shown });
  }),
};

export const previewRoute: Route<typeof SubjectQuery> = {
  name: 'preview-delivery',
  method: 'GET',
  path: 'deliveries/{destination}/preview',
  authLevel: 'function',
  summary: 'The content as it would be sent now; nothing is sent',
  query: SubjectQuery,
  responses: { 200: { description: 'The content' }, 400: { description: 'That is no subject' }, ...UNKNOWN },
  handle: withDeps(async (request, deps, { query }) => {
    const asked = askedFor(request.params['destination'], query.subject, deps.destinations);
    if (asked.kind === 'refused') return asked.answer;
    const content = await previewDelivery(asked.id, deps);
    if (content === undefined)
      return notFound(`Content for ${query.subject}`, 'There is nothing to tell of it.');
    return { body: content.body, headers: { ...SAFE_TO_SHOW, 'content-type': content.contentType } };
  }),
};

export const resendRoute: Route<typeof SubjectQuery> = {
  name: 'resend-delivery',
  method: 'POST',
  path: 'deliveries/{destination}/resend',
  authLevel: 'function',
  summary: 'Send one again, whatever became of it before',
  query: SubjectQuery,
  responses: { 202: { description: 'Due again' }, 400: { description: 'That is no subject' }, ...UNKNOWN },
  handle: withDeps(async (request, deps, { query, context }) => {
    const asked = askedFor(request.params['destination'], query.subject, deps.destinations);
    if (asked.kind === 'refused') return asked.answer;
    const delivery = await resendDelivery(asked.id, deps);
    if (delivery === undefined)
      return notFound(
        `Delivery of ${query.subject} to ${asked.id.destination}`,
        'GET deliveries lists them.',
      );
    await sendDeliveries(context, [asked.id], deps);
    return jsonAnswer({ ...delivery, subject: query.subject }, 202);
  }),
};

type Asked =
  | { readonly kind: 'asked'; readonly id: { destination: DestinationName; subject: DeliverySubject } }
  | { readonly kind: 'refused'; readonly answer: ReturnType<typeof notFound> };

function askedFor(
  name: string | undefined,
  text: string,
  inUse: readonly { readonly name: DestinationName }[],
): Asked {
  const destination = inUse.find((candidate) => candidate.name === name)?.name;
  if (destination === undefined) {
    const names =
      inUse.map((candidate) => candidate.name).join(', ') || 'none; the setting DESTINATIONS names them';
    return {
      kind: 'refused',
      answer: notFound(`Destination ${JSON.stringify(name ?? '')}`, `In use: ${names}.`),
    };
  }
  const subject = parseSubject(text);
  if (subject !== undefined) return { kind: 'asked', id: { destination, subject } };
  const how = 'Say what is told: subject=run_0123456789ab.1 or subject=2025-12-10.';
  return {
    kind: 'refused',
    answer: badRequest(how, [`subject: ${JSON.stringify(text)} names neither a run nor a day`]),
  };
}
