// An app that runs somewhere, asked over HTTP as an operator would.

export type AppClient = {
  readonly url: string;
  /** The JSON of an answer; throws AppAnswered where it is not one of `wanted` (default 200). */
  json(path: string, request?: AppRequest): Promise<unknown>;
  /** The status alone. `key: ''` asks as a stranger. */
  status(path: string, request?: AppRequest): Promise<number>;
};

export type AppRequest = {
  readonly method?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly wanted?: readonly number[];
  /** Instead of the key of the app. */
  readonly key?: string;
};

export class AppAnswered extends Error {
  override readonly name = 'AppAnswered';
  readonly status: number;
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The first request wakes an app that sleeps. */
const PATIENCE_MS = 60_000;

/** For the access record, and for environments that do nothing without: the run of the workflow is the ticket. */
const WHY = {
  'x-reason': 'check after a deployment',
  'x-ticket': `#${process.env['GITHUB_RUN_NUMBER'] ?? 0}`,
};

export function appAt(url: string, key: string): AppClient {
  const base = url.replace(/\/+$/, '');
  const ask = async (path: string, { method = 'GET', body, key: other = key }: AppRequest = {}) => {
    try {
      return await fetch(`${base}/api/${path}`, {
        method,
        headers: { ...(other !== '' && { 'x-functions-key': other }), ...(method !== 'GET' && WHY) },
        signal: AbortSignal.timeout(PATIENCE_MS),
        redirect: 'manual',
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      throw new AppAnswered(`${method} ${base}/api/${path}: no answer (${reasonOf(error)})`, 0, {
        cause: error,
      });
    }
  };
  return {
    url: base,
    async json(path, request = {}) {
      const { wanted = [200], method = 'GET' } = request;
      const answer = await ask(path, request);
      const text = await answer.text();
      if (wanted.includes(answer.status)) return JSON.parse(text);
      const shown = text.replaceAll(/\s+/g, ' ').slice(0, 300);
      throw new AppAnswered(
        `${method} ${base}/api/${path} answered ${answer.status}: ${shown}`,
        answer.status,
      );
    },
    async status(path, request) {
      const answer = await ask(path, request);
      await answer.body?.cancel();
      return answer.status;
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
