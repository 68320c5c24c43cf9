import { invocationLog } from '../../../functions/invocation-log.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { anInvocation } from '../an-invocation.ts';
import type { Row } from './values.ts';

/** How the host keeps the levels of a log. */
const SEVERITIES: Readonly<Record<string, number>> = { information: 1, warning: 2, error: 3 };

/** AppTraces as the host fills it with the lines of the real log. Times are minutes before `now`. */
export class LogTable {
  readonly rows: Row[] = [];
  readonly #now: Date;

  constructor(now: Date) {
    this.#now = now;
  }

  /** The log of a function that runs so many minutes ago. */
  ago(minutes: number, functionName = 'validate'): Log {
    const { context, lines } = anInvocation(functionName);
    const log = invocationLog(context);
    const written = (write: () => void): void => {
      write();
      for (const line of lines.splice(0)) this.keep(line, minutes);
    };
    return {
      debug: (event, fields) => written(() => log.debug(event, fields)),
      info: (event, fields) => written(() => log.info(event, fields)),
      warn: (event, fields) => written(() => log.warn(event, fields)),
      error: (event, fields) => written(() => log.error(event, fields)),
    };
  }

  /** A line as an invocation has it: its level, and what was logged. */
  keep(line: string, minutes = 0): void {
    const [level = ''] = line.split(' ', 1);
    this.rows.push({
      TimeGenerated: new Date(this.#now.getTime() - minutes * 60_000),
      SeverityLevel: SEVERITIES[level] ?? 0,
      Message: line.slice(level.length + 1),
    });
  }
}
