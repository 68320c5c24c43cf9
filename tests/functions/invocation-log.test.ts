import { afterEach, describe, expect, it } from '@jest/globals';
import { invocationLog } from '../../functions/invocation-log.ts';
import { anInvocation } from '../support/an-invocation.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OPERATION = '0af7651916cd43dd8448eb211c80319c';

afterEach(() => {
  delete process.env['LOG_LEVEL'];
});

describe('a line of the log', () => {
  it('is flat JSON that begins with its event, as the queries look for it', () => {
    const { context, lines } = anInvocation('validate', { traceParent: TRACE });

    invocationLog(context).warn('run.rejected', { runId: 'run_1', rows: 12, problems: ['orphan'] });

    expect(lines).toHaveLength(1);
    const [level, json] = [lines[0]?.slice(0, 8), lines[0]?.slice(8) ?? ''];
    expect(level).toBe('warning ');
    expect(json).toMatch(/^\{"event":"run\.rejected",/);
    expect(JSON.parse(json)).toEqual({
      event: 'run.rejected',
      level: 'warn',
      function: 'validate',
      invocationId: context.invocationId,
      operationId: OPERATION,
      runId: 'run_1',
      rows: 12,
      problems: ['orphan'],
    });
  });

  it('belongs to the trace of the message rather than to that of the invocation', () => {
    const { context, lines } = anInvocation('validate', { traceParent: TRACE });

    invocationLog(context, {
      traceparent: '00-22222222222222222222222222222222-3333333333333333-01',
    }).info('stage.started');

    expect(lines.join()).toContain('"operationId":"22222222222222222222222222222222"');
  });
});

describe('what only explains', () => {
  const told = (options?: { logLevel: 'info' | 'debug' }): string[] => {
    const { context, lines } = anInvocation('validate');
    invocationLog(context, options).debug('file.judged', { verdict: 'promote' });
    return lines;
  };

  it('is left out unless the run or the environment asks for it', () => {
    expect(told()).toEqual([]);
    expect(told({ logLevel: 'info' })).toEqual([]);
  });

  it('is told of a run that asks for it, as information, since the host keeps what is below', () => {
    expect(told({ logLevel: 'debug' })).toEqual([
      expect.stringMatching(/^information \{"event":"file\.judged","level":"debug"/),
    ]);
  });

  it('is told of every run where the environment says so, but of one that wants less', () => {
    process.env['LOG_LEVEL'] = 'DEBUG';

    expect(told()).toHaveLength(1);
    expect(told({ logLevel: 'info' })).toEqual([]);
  });

  it('is left out while the setting is not usable', () => {
    process.env['LOG_LEVEL'] = 'loud';

    expect(told()).toEqual([]);
  });
});
