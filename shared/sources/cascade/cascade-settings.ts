import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { CascadeSettings } from './cascade-client.ts';

export const CASCADE_ENVIRONMENT = {
  CASCADE_BASE_URL: uri('Cascade; another one for its staging'),
  CASCADE_PORTFOLIO_ID: text('Portfolio in Cascade'),
  CASCADE_EXPORT_URL: uri('Address of the loan tape where it is not the usual one'),
  CASCADE_COOKIE_NAME: text(
    'Cookie that carries the session; without it the secret is sent as Authorization',
  ),
  CASCADE_SESSION_COOKIE: text('Session or token of Cascade; outside dev it comes from the vault'),
};

/** How Cascade is reached. */
export function cascadeSettings(given: Given<typeof CASCADE_ENVIRONMENT>): CascadeSettings {
  return {
    baseUrl: trimmed(given.CASCADE_BASE_URL) ?? 'https://app.cascadedebt.com',
    portfolio: given.CASCADE_PORTFOLIO_ID ?? 'abaco',
    exportUrl: given.CASCADE_EXPORT_URL,
    cookieName: given.CASCADE_COOKIE_NAME,
  };
}
