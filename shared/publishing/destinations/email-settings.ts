import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { EmailSettings } from './email-destinations.ts';

export const EMAIL_ENVIRONMENT = {
  EMAIL_ENDPOINT: uri('Azure Communication Services, reached as the app itself'),
  COMMUNICATION_CONNECTION: text('Its connection string; in development only'),
  EMAIL_FROM: z.email().optional().describe('Sender of e-mail'),
  EMAIL_TO: z
    .string()
    .refine(
      (list) => list.split(',').every((address) => z.email().safeParse(address.trim()).success),
      'it must be addresses, with commas between',
    )
    .optional()
    .describe('Who gets the report of the day, and alerts that could not be posted'),
};
type EmailGiven = Given<typeof EMAIL_ENVIRONMENT>;

/** What is sent to whom, and by which service. */
export function emailSettings(
  given: EmailGiven,
  { publicUrl }: Pick<EmailSettings, 'publicUrl'>,
): EmailSettings & { readonly endpoint: string | undefined; readonly from: string | undefined } {
  return {
    endpoint: trimmed(given.EMAIL_ENDPOINT),
    from: given.EMAIL_FROM,
    to: (given.EMAIL_TO ?? '')
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
    publicUrl,
  };
}

/** What is missing where e-mail is in use. */
export function problemsOfEmail({ EMAIL_FROM, EMAIL_TO }: EmailGiven): string[] {
  if (EMAIL_FROM !== undefined && EMAIL_TO !== undefined) return [];
  return ['EMAIL_FROM and EMAIL_TO are not both set: DESTINATIONS has e-mail sent.'];
}
