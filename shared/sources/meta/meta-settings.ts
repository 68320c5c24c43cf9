import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { MetaSettings } from './meta-client.ts';

export const META_ENVIRONMENT = {
  META_BASE_URL: uri('Meta, where it is not the usual one'),
  META_GRAPH_VERSION: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'it must look like v24.0')
    .optional()
    .describe('Version of the Graph interface; each ends after two years'),
  META_AD_ACCOUNT_ID: z
    .string()
    .regex(/^(act_)?\d+$/, 'it must be digits, with or without act_ before them')
    .optional()
    .describe('Advertising account'),
  META_SYSTEM_USER_TOKEN: text('Token of a system user at Meta; outside dev it comes from the vault'),
  META_ACCESS_TOKEN: text('Former name of META_SYSTEM_USER_TOKEN'),
};

/** How Meta is reached. */
export function metaSettings(given: Given<typeof META_ENVIRONMENT>): MetaSettings {
  return {
    baseUrl: trimmed(given.META_BASE_URL) ?? 'https://graph.facebook.com',
    graphVersion: given.META_GRAPH_VERSION ?? 'v24.0',
    account: given.META_AD_ACCOUNT_ID,
  };
}
