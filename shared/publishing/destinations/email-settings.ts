import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { EmailSettings } from './email-destinations.ts';

const ADDRESSES = z
  .string()
  .refine(
    (list) => list.split(',').every((address) => z.email().safeParse(address.trim()).success),
    'it must be addresses, with commas between',
  );

export const EMAIL_ENVIRONMENT = {
  EMAIL_ENDPOINT: uri('Azure Communication Services, reached as the app itself'),
  COMMUNICATION_CONNECTION: text('Its connection string; in development only'),
  EMAIL_FROM: z.email().optional().describe('Sender of e-mail'),
  EMAIL_TO: ADDRESSES.optional().describe(
    'Who gets the report of the day, and alerts that could not be posted',
  ),
  EMAIL_MONTHLY_TO: ADDRESSES.optional().describe(
    'Who gets the report of the month; without it those of EMAIL_TO',
  ),
};
type EmailGiven = Given<typeof EMAIL_ENVIRONMENT>;

/** What is sent to whom, and by which service. */
export function emailSettings(
  given: EmailGiven,
  { publicUrl }: Pick<EmailSettings, 'publicUrl'>,
): EmailSettings & {
  readonly endpoint: string | undefined;
  readonly from: string | undefined;
  readonly toMonthly: readonly string[];
} {
  return {
    endpoint: trimmed(given.EMAIL_ENDPOINT),
    from: given.EMAIL_FROM,
    to: addressesIn(given.EMAIL_TO),
    toMonthly: addressesIn(given.EMAIL_MONTHLY_TO ?? given.EMAIL_TO),
    publicUrl,
  };
}

function addressesIn(list = ''): readonly string[] {
  return list
    .split(',')
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** What is missing where e-mail is in use. */
export function problemsOfEmail({ EMAIL_FROM, EMAIL_TO }: EmailGiven): string[] {
  if (EMAIL_FROM !== undefined && EMAIL_TO !== undefined) return [];
  return ['EMAIL_FROM and EMAIL_TO are not both set: DESTINATIONS has e-mail sent.'];
}
