import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';

export type PagerDutySettings = { readonly baseUrl: string };

export const PAGERDUTY_ENVIRONMENT = {
  PAGERDUTY_BASE_URL: uri('PagerDuty, where it is not the usual one'),
  PAGERDUTY_ROUTING_KEY: text('Key of the service in PagerDuty; outside dev it comes from the vault'),
};

/** How PagerDuty is reached. */
export function pagerDutySettings(given: Given<typeof PAGERDUTY_ENVIRONMENT>): PagerDutySettings {
  return { baseUrl: trimmed(given.PAGERDUTY_BASE_URL) ?? 'https://events.pagerduty.com' };
}
