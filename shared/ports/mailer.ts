import { z } from 'zod';

/** A message to the list of those who wait for it. */
export type Mail = z.infer<typeof Mail>;
export const Mail = z.object({
  subject: z.string(),
  text: z.string(),
  attachments: z.array(z.object({ name: z.string(), contentType: z.string(), base64: z.string() })),
});

export interface Mailer {
  /**
   * Sends it to these addresses. The same id twice is one message. Throws CredentialsRefused, RequestRefused or
   * ServiceUnavailable.
   */
  send(mail: Mail, to: readonly string[], id: string): Promise<void>;
}
