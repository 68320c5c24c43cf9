import { randomBytes, randomUUID } from 'node:crypto';
import type { BindingData } from './binding-expressions.ts';
import type { RegisteredFunction, RetryContext, TypedData } from './core-contract.ts';
import type { FunctionsCore } from './functions-core.ts';
import { errorOf, type HostLog } from './host-log.ts';
import { runInvocation } from './invocation.ts';
import type { WriteOutputs } from './outputs.ts';

/** What a trigger gives to one run of its function. */
export type TriggerCall = {
  /** Why it runs, for the log. */
  reason: string;
  data: TypedData;
  metadata: BindingData;
  retryContext?: RetryContext;
  /** W3C trace context that came with the event. */
  traceParent?: string;
};

export type RunOutcome = { kind: 'succeeded'; returnValue?: TypedData } | { kind: 'failed'; error: Error };

/** Runs a function and writes its outputs; never throws. */
export type Invoke = (call: TriggerCall) => Promise<RunOutcome>;

export type FunctionRunner = {
  invokerOf(fn: RegisteredFunction, triggerName: string): Invoke;
  inFlight(): number;
  /** Waits for the runs that are in flight now. */
  settled(): Promise<unknown>;
};

export function createFunctionRunner(
  core: FunctionsCore,
  writeOutputs: WriteOutputs,
  log: HostLog,
): FunctionRunner {
  const working = new Set<Promise<RunOutcome>>();
  return {
    inFlight: () => working.size,
    settled: () => Promise.all(working),
    invokerOf: (fn, triggerName) => async (call) => {
      const invocationId = randomUUID();
      const startedAt = performance.now();
      const say = (level: 'information' | 'error', message: string): void =>
        log({ at: new Date(), level, category: 'host', message, functionName: fn.name, invocationId });
      say('information', `Executing (${call.reason})`);
      const work = run(invocationId, fn, triggerName, call);
      working.add(work);
      const outcome = await work;
      working.delete(work);
      const took = `${Math.round(performance.now() - startedAt)} ms`;
      if (outcome.kind === 'succeeded') say('information', `Executed (succeeded, ${took})`);
      else say('error', `Executed (failed, ${took}): ${outcome.error.stack ?? outcome.error.message}`);
      return outcome;
    },
  };

  async function run(
    invocationId: string,
    fn: RegisteredFunction,
    triggerName: string,
    call: TriggerCall,
  ): Promise<RunOutcome> {
    try {
      const request = {
        invocationId,
        functionId: fn.id,
        inputData: [{ name: triggerName, data: call.data }],
        triggerMetadata: call.metadata,
        traceContext: { traceParent: call.traceParent ?? newTraceParent(), traceState: '', attributes: {} },
        ...(call.retryContext === undefined ? {} : { retryContext: call.retryContext }),
      };
      const outcome = await runInvocation(core, fn, request, log);
      if (outcome.kind === 'failed') return outcome;
      await writeOutputs(fn.bindings, outcome.response, call.metadata);
      const { returnValue } = outcome.response;
      return { kind: 'succeeded', ...(returnValue ? { returnValue } : {}) };
    } catch (thrown) {
      return { kind: 'failed', error: errorOf(thrown) };
    }
  }
}

function newTraceParent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}
