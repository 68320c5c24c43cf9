import type { SecretName } from '../ports/secret-store.ts';

// What can go wrong with a service that is asked, told apart by what somebody has to do about it.

/** The service did not let us in, or its session has ended: somebody has to renew the secret. */
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

/** The service answers, but not what it used to: HTML for data, other fields, another lender's portfolio, fewer rows. */
export class AnswerChanged extends Error {
  override readonly name = 'AnswerChanged';
}

/** The request itself is refused; to send it again would change nothing. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  /** Of HTTP, or the SQLSTATE of a database. */
  readonly status: number | string;
  constructor(service: string, status: number | string, detail = '') {
    super(`${service} refused the request with status ${status}${detail && `: ${detail}`}`);
    this.status = status;
  }
}

/** The service is overloaded, broken or out of reach, for now. */
export class ServiceUnavailable extends Error {
  override readonly name = 'ServiceUnavailable';
  /** When the service asks to be left alone until. */
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}
