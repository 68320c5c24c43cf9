import type { InvocationContext } from '@azure/functions';
import type { Log } from '../shared/ports/log.ts';

/** The log of one invocation: one JSON line for each fact, which Application Insights keeps with its fields. */
export function invocationLog(context: InvocationContext): Log {
  const line = (event: string, fields: object = {}): string =>
    JSON.stringify({
      event,
      function: context.functionName,
      invocationId: context.invocationId,
      trace: context.traceContext?.traceParent,
      ...fields,
    });
  return {
    info: (event, fields) => context.info(line(event, fields)),
    warn: (event, fields) => context.warn(line(event, fields)),
    error: (event, fields) => context.error(line(event, fields)),
  };
}
