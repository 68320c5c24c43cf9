import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { HubSpotSettings } from './hubspot-client.ts';

export const HUBSPOT_ENVIRONMENT = {
  HUBSPOT_BASE_URL: uri('HubSpot, where it is not the usual one'),
  HUBSPOT_API_KEY: text('Token of a private app in HubSpot; outside dev it comes from the vault'),
};

/** How HubSpot is reached. */
export function hubSpotSettings(given: Given<typeof HUBSPOT_ENVIRONMENT>): HubSpotSettings {
  return { baseUrl: trimmed(given.HUBSPOT_BASE_URL) ?? 'https://api.hubapi.com' };
}
