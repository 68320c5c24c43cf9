import { z } from 'zod';
import type { HostLog, HostLogLine } from './host/host-log.ts';
import { lineOfText } from './host/host-log.ts';

// What a developer sees of the log: one short line for each fact about a run. Everything else is for --verbose.

const Fact = z.object({
  event: z.string(),
  runId: z.string().optional(),
  stage: z.string().optional(),
  dataset: z.string().optional(),
  code: z.string().optional(),
  cause: z.string().optional(),
  error: z.string().optional(),
  ms: z.number().optional(),
});

const SHOWN: Readonly<Record<string, string>> = {
  'file.landed': 'taken in',
  'file.duplicate': 'seen before, points to this run',
  'file.rejected': 'rejected',
  'file.gone': 'gone before it was read',
  'stage.completed': 'done',
  'stage.failed': 'failed, will be tried again',
  'run.succeeded': 'success',
  'run.rejected': 'rejected',
  'run.failed': 'failed',
  'run.refreshed': 'computed again',
  'run.rerun': 'rerun',
  'message.poisoned': 'given up',
};

const DETAILS = ['stage', 'dataset', 'code', 'cause', 'error', 'ms'] as const;

export function runLines(write: (line: string) => void, verbose: boolean): HostLog {
  return (line) => {
    const text = verbose ? lineOfText(line) : shortLine(line);
    if (text !== undefined) write(text);
  };
}

function shortLine(line: HostLogLine): string | undefined {
  const time = line.at.toISOString().slice(11, 19);
  if (line.category !== 'user') {
    return line.level === 'error' || line.level === 'warning' ? `${time}  host  ${line.message}` : undefined;
  }
  const fact = factOf(line.message);
  const words = fact && SHOWN[fact.event];
  if (fact === undefined || words === undefined) return undefined;
  const details = DETAILS.flatMap((name) => {
    const value = fact[name];
    return value === undefined ? [] : [name === 'ms' ? `${value} ms` : value];
  });
  return `${time}  ${fact.runId ?? '-'.padEnd(16)}  ${words}  ${details.join('  ')}`;
}

function factOf(message: string): z.infer<typeof Fact> | undefined {
  try {
    return Fact.parse(JSON.parse(message));
  } catch {
    // Not one of our lines.
    return undefined;
  }
}
