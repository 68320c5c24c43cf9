import type { Given } from '../setting-kinds.ts';
import type { CascadeSettings } from './cascade/cascade-client.ts';
import { CASCADE_ENVIRONMENT, cascadeSettings } from './cascade/cascade-settings.ts';
import type { HubSpotSettings } from './hubspot/hubspot-client.ts';
import { HUBSPOT_ENVIRONMENT, hubSpotSettings } from './hubspot/hubspot-settings.ts';
import type { MetaSettings } from './meta/meta-client.ts';
import { META_ENVIRONMENT, metaSettings } from './meta/meta-settings.ts';

export type SourceSettings = {
  /** Stand-ins on this machine may be asked, by plain HTTP; in development only. */
  readonly allowsLoopback: boolean;
  readonly cascade: CascadeSettings;
  readonly hubspot: HubSpotSettings;
  readonly meta: MetaSettings;
};

export const SOURCE_ENVIRONMENT = { ...CASCADE_ENVIRONMENT, ...HUBSPOT_ENVIRONMENT, ...META_ENVIRONMENT };

/** How the sources are reached. */
export function sourceSettings(
  given: Given<typeof SOURCE_ENVIRONMENT>,
  { allowsLoopback }: Pick<SourceSettings, 'allowsLoopback'>,
): SourceSettings {
  return {
    allowsLoopback,
    cascade: cascadeSettings(given),
    hubspot: hubSpotSettings(given),
    meta: metaSettings(given),
  };
}
