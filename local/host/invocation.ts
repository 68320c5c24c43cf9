import type {
  CoreInvocation,
  HookContext,
  InvocationRequest,
  InvocationResponse,
  RegisteredFunction,
} from './core-contract.ts';
import type { FunctionsCore } from './functions-core.ts';
import { errorOf, type HostLog, isHostLogLevel } from './host-log.ts';

export type InvocationOutcome =
  | { kind: 'succeeded'; response: InvocationResponse }
  | { kind: 'failed'; error: Error };

/** Runs one invocation the way the worker of the real host does: hooks, handler, hooks, response. */
export async function runInvocation(
  core: FunctionsCore,
  fn: RegisteredFunction,
  request: InvocationRequest,
  log: HostLog,
): Promise<InvocationOutcome> {
  const model = core.model();
  if (model === undefined) throw new Error('the app did not set a programming model');
  // Hooks see the context of the invocation, which is known only once the arguments are built.
  const shared: HookContext = { hookData: {}, appHookData: core.appHookData, invocationContext: undefined };
  const invocation: CoreInvocation = {
    invocationId: request.invocationId,
    request,
    metadata: fn.metadata,
    state: undefined,
    log: logOf(core, fn, request, shared, log),
  };
  try {
    const invocationModel = await model.getInvocationModel(invocation);
    const { context, inputs } = await invocationModel.getArguments();
    shared['invocationContext'] = context;

    const pre: HookContext = { ...shared, inputs, functionCallback: fn.callback };
    invocation.state = 'preInvocationHooks';
    await core.runHooks('preInvocation', pre);
    const hookedInputs = Array.isArray(pre['inputs']) ? pre['inputs'] : inputs;
    const replaced = pre['functionCallback'];
    const callback =
      typeof replaced === 'function' ? (...args: unknown[]): unknown => replaced(...args) : fn.callback;

    const post: HookContext = { ...shared, inputs: hookedInputs, result: undefined, error: undefined };
    invocation.state = 'invocation';
    try {
      post['result'] = await invocationModel.invokeFunction(context, hookedInputs, callback);
    } catch (thrown) {
      // A handler may throw undefined; that fails too.
      post['error'] = thrown ?? new Error('the function threw nothing');
    }
    invocation.state = 'postInvocationHooks';
    await core.runHooks('postInvocation', post);
    invocation.state = undefined;

    // A hook may have swallowed the failure by setting `error` to null.
    if (post['error'] !== undefined && post['error'] !== null) throw post['error'];
    return { kind: 'succeeded', response: await invocationModel.getResponse(context, post['result']) };
  } catch (thrown) {
    return { kind: 'failed', error: errorOf(thrown) };
  }
}

function logOf(
  core: FunctionsCore,
  fn: RegisteredFunction,
  request: InvocationRequest,
  shared: HookContext,
  log: HostLog,
): CoreInvocation['log'] {
  return (level, category, message) => {
    const context: HookContext = { ...shared, level, message, category };
    core.runLogHooks(context);
    const hookedLevel = String(context['level']);
    log({
      at: new Date(),
      level: isHostLogLevel(hookedLevel) ? hookedLevel : 'information',
      category: category === 'user' ? 'user' : 'system',
      message: String(context['message']),
      functionName: fn.name,
      invocationId: request.invocationId,
    });
  };
}
