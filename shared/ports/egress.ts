import type { Sealed } from '../privacy/sealed.ts';

// The only way out: to services that are named in advance, never to where a file or an answer points.

export type EgressRequest = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute; its host is one of those that the caller may reach. */
  readonly url: string;
  /** Sealed values are opened on the wire and nowhere else. */
  readonly headers?: Readonly<Record<string, string | Sealed<string>>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** For all of it: connecting, the answer's head, and its body. */
  readonly timeoutMs: number;
  readonly mostBytes: number;
};

export type EgressAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from after redirects within the host. */
  readonly url: string;
  /** Throws AnswerTooLarge beyond the limit, and whatever breaks the connection. To be read to its end. */
  readonly body: AsyncIterable<Uint8Array>;
};

export interface Egress {
  /** Throws EgressRefused before anything is sent, or what breaks the connection. */
  send(request: EgressRequest): Promise<EgressAnswer>;
}

/** The request would have left the places that are allowed. Nothing was sent. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  constructor(mostBytes: number) {
    super(`the answer has more than ${mostBytes} bytes`);
  }
}
