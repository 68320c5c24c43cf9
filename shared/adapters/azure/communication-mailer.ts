import type { TokenCredential } from '@azure/identity';
import type { Mail, Mailer } from '../../ports/mailer.ts';
import { SecretMissing, type SecretStore } from '../../ports/secret-store.ts';
import { unseal } from '../../privacy/sealed.ts';
import { CredentialsRefused, RequestRefused, ServiceUnavailable } from '../../resilience/service-errors.ts';

// E-mail by Azure Communication Services, as the app's own identity; with a connection string in development. The client
// is loaded with the first message.

const SECRET = 'communication-connection';
/** The service takes the message within seconds, and delivers it after that. */
const POLL_MS = 1_000;

export type MailSettings = {
  readonly endpoint: string | undefined;
  readonly from: string | undefined;
  readonly allowsLoopback: boolean;
};

export class CommunicationMailer implements Mailer {
  readonly #settings: MailSettings;
  readonly #secrets: SecretStore;
  readonly #identity: () => Promise<TokenCredential>;

  constructor(settings: MailSettings, secrets: SecretStore, identity: () => Promise<TokenCredential>) {
    this.#settings = settings;
    this.#secrets = secrets;
    this.#identity = identity;
  }

  async send({ subject, text, attachments }: Mail, to: readonly string[], id: string): Promise<void> {
    const client = await this.#client();
    const message = {
      senderAddress: this.#settings.from ?? '',
      content: { subject, plainText: text },
      recipients: { to: to.map((address) => ({ address })) },
      attachments: attachments.map(({ name, contentType, base64 }) => ({
        name,
        contentType,
        contentInBase64: base64,
      })),
    };
    try {
      const poller = await client.beginSend(message, { operationId: id, updateIntervalInMs: POLL_MS });
      const { status, error } = await poller.pollUntilDone();
      if (status !== 'Succeeded') throw new RequestRefused('E-mail', 200, error?.code ?? status);
    } catch (error) {
      throw asOurs(error);
    }
  }

  async #client() {
    const { endpoint, allowsLoopback } = this.#settings;
    const { EmailClient } = await import('@azure/communication-email');
    const options = { retryOptions: { maxRetries: 2 }, allowInsecureConnection: allowsLoopback };
    try {
      return new EmailClient(unseal(await this.#secrets.get(SECRET)), options);
    } catch (error) {
      if (!(error instanceof SecretMissing) || endpoint === undefined) throw error;
      return new EmailClient(endpoint, await this.#identity(), options);
    }
  }
}

function asOurs(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RequestRefused) return error;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (status === 401 || status === 403)
    return new CredentialsRefused(SECRET, `The e-mail service refused the credential (${code})`);
  if (typeof status === 'number' && status >= 400 && status < 500 && status !== 408 && status !== 429)
    return new RequestRefused('E-mail', status, code);
  return new ServiceUnavailable(`The e-mail service could not be reached, or broke off (${code})`, {
    cause: error,
  });
}
