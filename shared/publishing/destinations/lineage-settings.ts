import { type Given, text, uri } from '../../setting-kinds.ts';
import type { LineageSettings } from './lineage-destination.ts';

export const LINEAGE_ENVIRONMENT = {
  OPENLINEAGE_URL: uri('Endpoint for lineage events, such as that of Marquez or OpenMetadata'),
  OPENLINEAGE_API_KEY: text(
    'Key of that endpoint, where it asks for one; outside dev it comes from the vault',
  ),
};
type LineageGiven = Given<typeof LINEAGE_ENVIRONMENT>;

/** Undefined without an endpoint. */
export function lineageSettings({ OPENLINEAGE_URL: url }: LineageGiven): LineageSettings | undefined {
  return url === undefined ? undefined : { url };
}

/** What is missing where lineage is in use. */
export function problemsOfLineage({ OPENLINEAGE_URL: url }: LineageGiven): string[] {
  return url === undefined ? ['OPENLINEAGE_URL is not set: DESTINATIONS has lineage sent there.'] : [];
}
