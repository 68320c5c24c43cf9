import { describe, expect, it, jest } from '@jest/globals';
import { errorOf, type HostLogLine, logToStderr, messageOf, sayTo } from '../../../local/host/host-log.ts';

const LINE: HostLogLine = {
  at: new Date('2026-11-20T10:00:00.000Z'),
  level: 'information',
  category: 'user',
  message: 'validated',
  functionName: 'validate',
  invocationId: 'abc',
};

describe('the log on stderr', () => {
  function written(line: Partial<HostLogLine>): string[] {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    logToStderr({ ...LINE, ...line });
    return write.mock.calls.map(([text]) => String(text));
  }

  it('is one readable line with function and invocation', () => {
    expect(written({})).toEqual(['2026-11-20T10:00:00.000Z information [validate abc] validated\n']);
  });

  it.each<Partial<HostLogLine>>([
    { level: 'debug' },
    { level: 'trace' },
    { category: 'system', level: 'information' },
  ])('leaves out chatter: %j', (line) => {
    expect(written(line)).toEqual([]);
  });

  it.each<Partial<HostLogLine>>([
    { category: 'system', level: 'warning' },
    { category: 'system', level: 'error' },
  ])('keeps warnings of the library: %j', (line) => {
    expect(written(line)).toHaveLength(1);
  });

  it('speaks for the host itself', () => {
    const lines: HostLogLine[] = [];
    sayTo((line) => lines.push(line))('warning', 'hm');
    sayTo((line) => lines.push(line), 'f')('error', 'oh');

    expect(lines).toMatchObject([
      { category: 'host', message: 'hm' },
      { functionName: 'f', message: 'oh' },
    ]);
    const { functionName: _function, invocationId: _invocation, ...bare } = LINE;
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    logToStderr(bare);
    expect(write).toHaveBeenLastCalledWith(expect.stringContaining('[host] validated'));
  });
});

describe('what was thrown', () => {
  it('becomes an error and a message, whatever it is', () => {
    const error = new Error('told to fail');

    expect([errorOf(error), messageOf(error)]).toEqual([error, 'told to fail']);
    expect([errorOf({ a: 1 }).message, messageOf('text')]).toEqual(['{ a: 1 }', 'text']);
  });
});
