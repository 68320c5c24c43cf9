import type { InvocationContext } from '@azure/functions';
import { logLevelOf } from '../shared/config.ts';
import { operationIdOf } from '../shared/domain/trace.ts';
import type { EventName, Log, LogFields, LogLevel } from '../shared/ports/log.ts';
import { trackMeasures } from './telemetry.ts';

/** What the message that is worked says of its run. */
export type LogOptions = {
  readonly traceparent?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
};

/**
 * The log of one invocation: one flat JSON line for each fact, `{"event":"run.succeeded",…}`. The host sends it to
 * Application Insights by itself, and the function AbacoEvents reads it there.
 */
export function invocationLog(context: InvocationContext, options: LogOptions = {}): Log {
  const operationId = operationIdOf(options.traceparent ?? context.traceContext?.traceParent);
  const isDebug = (options.logLevel ?? logLevelOf(process.env)) === 'debug';
  const line = (level: keyof Log, event: EventName, fields: LogFields = {}): string =>
    JSON.stringify({
      event,
      level,
      function: context.functionName,
      invocationId: context.invocationId,
      operationId,
      revision: process.env['REVISION'] || undefined,
      ...fields,
    });
  return {
    // As information: host.json keeps what is below it from every app, and this was asked for.
    debug: (event, fields) => isDebug && context.info(line('debug', event, fields)),
    info: (event, fields) => {
      context.info(line('info', event, fields));
      trackMeasures(event, fields);
    },
    warn: (event, fields) => context.warn(line('warn', event, fields)),
    error: (event, fields) => context.error(line('error', event, fields)),
  };
}
