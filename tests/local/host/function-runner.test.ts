import { describe, expect, it } from '@jest/globals';
import type { HookContext, ProgrammingModel } from '../../../local/host/core-contract.ts';
import { createFunctionRunner, type RunOutcome } from '../../../local/host/function-runner.ts';
import { createFunctionsCore, Disposable, type FunctionsCore } from '../../../local/host/functions-core.ts';
import type { HostLogLine } from '../../../local/host/host-log.ts';
import type { WriteOutputs } from '../../../local/host/outputs.ts';

const METADATA = { name: 'f', bindings: { item: { type: 'queueTrigger', direction: 'in' } } };

/** The least that the library does: hands the data over and wraps the result. */
const model: ProgrammingModel = {
  getCapabilities: async (defaults) => defaults,
  getInvocationModel: (core) => ({
    getArguments: async () => ({
      context: { id: core.invocationId, log: core.log },
      inputs: [core.request.inputData[0]?.data.string],
    }),
    invokeFunction: async (context, inputs, callback) => callback(...inputs, context),
    getResponse: async (_context, result) =>
      result === undefined ? {} : { returnValue: { json: JSON.stringify(result) } },
  }),
};

function given(callback: (...inputs: unknown[]) => unknown): {
  core: FunctionsCore;
  lines: HostLogLine[];
  run: (writeOutputs?: WriteOutputs) => Promise<RunOutcome>;
} {
  const lines: HostLogLine[] = [];
  const core = createFunctionsCore((line) => lines.push(line));
  core.api.setProgrammingModel(model);
  core.api.registerFunction(METADATA, callback);
  return {
    core,
    lines,
    async run(writeOutputs = async () => {}) {
      const runner = createFunctionRunner(core, writeOutputs, (line) => lines.push(line));
      const [fn] = core.functions();
      if (fn === undefined) throw new Error('not registered');
      const outcome = await runner.invokerOf(
        fn,
        'item',
      )({ reason: 'test', data: { string: 'input' }, metadata: {} });
      expect(runner.inFlight()).toBe(0);
      return outcome;
    },
  };
}

describe('a run', () => {
  it('gives the input to the function and its result back', async () => {
    const { run } = given((input) => `got ${String(input)}`);

    expect(await run()).toEqual({ kind: 'succeeded', returnValue: { json: '"got input"' } });
  });

  it('fails when the function throws, whatever it throws', async () => {
    const thrown = await given(() => Promise.reject(new Error('told to fail'))).run();
    const nothing = await given(() => Promise.reject()).run();

    expect(thrown).toMatchObject({ kind: 'failed', error: { message: 'told to fail' } });
    expect(nothing).toMatchObject({ kind: 'failed', error: { message: 'the function threw nothing' } });
  });

  it('fails when an output cannot be written', async () => {
    const { run } = given(() => 'done');

    const outcome = await run(async () => Promise.reject(new Error('the row exists')));

    expect(outcome).toMatchObject({ kind: 'failed', error: { message: 'the row exists' } });
  });

  it('fails without a programming model', async () => {
    const { core, run } = given(() => 'done');
    const none: unknown = undefined;
    core.api.setProgrammingModel(none as ProgrammingModel);

    expect(await run()).toMatchObject({ kind: 'failed' });
  });
});

describe('hooks', () => {
  it('may replace the input and the function before, and the result after', async () => {
    const { core, run } = given(() => 'never');
    core.api.registerHook('preInvocation', (context) => {
      context['inputs'] = ['other'];
      context['functionCallback'] = (input: unknown) => `replaced ${String(input)}`;
    });
    core.api.registerHook('postInvocation', (context) => {
      context['result'] = `${String(context['result'])}!`;
    });

    expect(await run()).toMatchObject({ returnValue: { json: '"replaced other!"' } });
  });

  it('fall back to what was there when they leave nonsense behind', async () => {
    const { core, run } = given((input) => input);
    core.api.registerHook('preInvocation', (context) => {
      context['inputs'] = 'no list';
      context['functionCallback'] = 'no function';
    });

    expect(await run()).toMatchObject({ returnValue: { json: '"input"' } });
  });

  it('may swallow a failure, or cause one', async () => {
    const swallowed = given(() => Promise.reject(new Error('told to fail')));
    swallowed.core.api.registerHook('postInvocation', (context) => {
      context['error'] = null;
    });
    const caused = given(() => 'fine');
    caused.core.api.registerHook('postInvocation', (context) => {
      context['error'] = 'not on my watch';
    });

    expect(await swallowed.run()).toEqual({ kind: 'succeeded' });
    expect(await caused.run()).toMatchObject({ kind: 'failed', error: { message: 'not on my watch' } });
  });

  it('share data within a run and within the app', async () => {
    const { core, run } = given(() => 'fine');
    const seen: HookContext[] = [];
    core.api.registerHook('preInvocation', (context) => {
      Object.assign(context['hookData'] ?? {}, { one: 1 });
      Object.assign(context['appHookData'] ?? {}, { two: 2 });
    });
    core.api.registerHook('postInvocation', (context) => seen.push(context));

    await run();

    expect(seen[0]).toMatchObject({ hookData: { one: 1 }, appHookData: { two: 2 }, result: 'fine' });
    expect(core.appHookData).toEqual({ two: 2 });
  });

  it('see log lines and may change them', async () => {
    const { core, lines, run } = given((_input, context) => {
      const { log } = context as { log: (...line: string[]) => void };
      log('information', 'user', 'a secret');
      log('nonsense', 'system', 'from the library');
      return undefined;
    });
    core.api.registerHook('log', (context) => {
      if (context['category'] === 'user') Object.assign(context, { level: 'warning', message: '***' });
    });

    await run();

    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warning', category: 'user', message: '***' }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'information', category: 'system', message: 'from the library' }),
    );
  });

  it('can be taken back', async () => {
    const { core } = given(() => undefined);
    let calls = 0;
    const hook = core.api.registerHook('appStart', () => {
      calls += 1;
    });

    await core.runHooks('appStart', {});
    Disposable.from(hook, hook).dispose();
    await core.runHooks('appStart', {});

    expect(calls).toBe(1);
  });

  it('have names', () => {
    const { core } = given(() => undefined);

    expect(() => core.api.registerHook('onTuesdays', () => {})).toThrow(
      expect.objectContaining({ name: 'RangeError', isAzureFunctionsSystemError: true }),
    );
  });
});

describe('registration', () => {
  it('takes each name once, and can be taken back', () => {
    const { core } = given(() => undefined);

    expect(() => core.api.registerFunction(METADATA, () => {})).toThrow(
      'A function named f is already registered.',
    );
    const other = core.api.registerFunction({ ...METADATA, functionId: 'g' }, () => {});
    expect(core.functions().map(({ id }) => id)).toEqual(['f', 'g']);
    other.dispose();
    expect(core.functions()).toHaveLength(1);
  });

  it.each([{ ...METADATA, name: 'host' }, { ...METADATA, name: '1st' }, { bindings: {} }, 'nothing'])(
    'refuses %j',
    (metadata) => {
      const { core } = given(() => undefined);

      expect(() => core.api.registerFunction(metadata, () => {})).toThrow('is not valid');
    },
  );

  it('is over when the app is loaded', () => {
    const { core } = given(() => undefined);
    core.lock();

    expect(() => core.api.registerFunction({ ...METADATA, name: 'late' }, () => {})).toThrow(
      'while the app starts',
    );
    expect(core.api.getProgrammingModel()).toBe(model);
  });

  it('passes on what the library logs', () => {
    const { core, lines } = given(() => undefined);
    core.api.log('warning', 'system', 'careful');
    core.api.log('none', 'system', 'well');

    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warning', 'careful'],
      ['information', 'well'],
    ]);
  });
});
