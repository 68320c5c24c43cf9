import { format } from 'node:util';

export type HostLogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical';

export type HostLogLine = {
  at: Date;
  level: HostLogLevel;
  /** `user`: from a function's `context.log`; `system`: from the library; `host`: from the host itself. */
  category: 'user' | 'system' | 'host';
  message: string;
  functionName?: string;
  invocationId?: string;
};

export type HostLog = (line: HostLogLine) => void;

/** How a part of the host speaks: level and text; the host adds the rest. */
export type Say = (level: HostLogLevel, message: string) => void;

const LEVELS: readonly string[] = ['trace', 'debug', 'information', 'warning', 'error', 'critical'];

export function isHostLogLevel(level: string): level is HostLogLevel {
  return LEVELS.includes(level);
}

/** The default log: one readable line on stderr, without the library's own chatter. */
export function logToStderr(line: HostLogLine): void {
  const isChatter = line.category === 'system' && line.level !== 'error' && line.level !== 'warning';
  if (isChatter || line.level === 'trace' || line.level === 'debug') return;
  process.stderr.write(`${lineOfText(line)}\n`);
}

export function lineOfText(line: HostLogLine): string {
  const where = line.functionName === undefined ? 'host' : line.functionName;
  const invocation = line.invocationId === undefined ? '' : ` ${line.invocationId}`;
  return `${line.at.toISOString()} ${line.level.padEnd(11)} [${where}${invocation}] ${line.message}`;
}

export function sayTo(log: HostLog, functionName?: string): Say {
  return (level, message) =>
    log({
      at: new Date(),
      level,
      category: 'host',
      message,
      ...(functionName === undefined ? {} : { functionName }),
    });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : format(error);
}

export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(format(thrown));
}
