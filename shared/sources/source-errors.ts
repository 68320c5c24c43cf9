import type { SecretName } from '../ports/secret-store.ts';

// What can go wrong with a source, told apart by what somebody has to do about it.

/** The source did not let us in, or its session has ended: somebody has to renew the secret. */
export class CredentialsRefused extends Error {
  override readonly name = 'CredentialsRefused';
  readonly secret: SecretName;
  constructor(secret: SecretName, message: string) {
    super(message);
    this.secret = secret;
  }
}

/** A setting is missing without which there is nothing to ask for. */
export class SourceNotConfigured extends Error {
  override readonly name = 'SourceNotConfigured';
}

/** The source answers, but not what it used to: HTML for data, other fields, another lender's portfolio, fewer rows. */
export class SourceChanged extends Error {
  override readonly name = 'SourceChanged';
}

/** The request itself is refused; to send it again would change nothing. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  /** Of HTTP, or the SQLSTATE of a database. */
  readonly status: number | string;
  constructor(source: string, status: number | string, detail = '') {
    super(`${source} refused the request with status ${status}${detail && `: ${detail}`}`);
    this.status = status;
  }
}

/** The source is overloaded, broken or out of reach, for now. */
export class SourceUnavailable extends Error {
  override readonly name = 'SourceUnavailable';
  /** When the source asks to be left alone until. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}
