import { createHash } from 'node:crypto';

// One run is one trace, from the pull or the drop through all queues to the last delivery. W3C trace context.

const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What the monitoring calls the operation: the trace id; undefined for what is no trace context. */
export function operationIdOf(traceparent: string | undefined): string | undefined {
  const [, traceId] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  return traceId === undefined || /^0+$/.test(traceId) ? undefined : traceId;
}

/** The trace of something that came without one, the same each time. */
export function traceparentOf(subject: string): string {
  const hash = createHash('sha256').update(`trace of ${subject}`).digest('hex');
  return `00-${hash.slice(0, 32)}-${hash.slice(32, 48)}-01`;
}
