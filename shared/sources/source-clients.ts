import type { Circuits } from '../ports/circuits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Egress } from '../ports/egress.ts';
import type { Log } from '../ports/log.ts';
import type { SecretStore } from '../ports/secret-store.ts';
import type { SourceClient, SourceName } from '../ports/source-client.ts';
import { type CircuitRule, SharedCircuit } from '../resilience/shared-circuit.ts';
import { TokenBucket } from '../resilience/token-bucket.ts';
import { CASCADE_BUDGET, CASCADE_HOSTS, CascadeClient } from './cascade/cascade-client.ts';
import { HUBSPOT_HOSTS, HubSpotClient, hubSpotBudget } from './hubspot/hubspot-client.ts';
import { META_BUDGET, META_HOSTS, MetaClient } from './meta/meta-client.ts';
import type { SourceSettings } from './source-settings.ts';

/**
 * Five failures in a row, and nobody asks for two minutes. A request alone is tried four or five times: of what is only
 * bad luck one in ten thousand requests would open it at three.
 */
const CIRCUIT: Omit<CircuitRule, 'name'> = { opensAfter: 5, retryAfterMs: 120_000 };

type Deps = {
  readonly circuits: Circuits;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  readonly pause: (ms: number) => Promise<void>;
  readonly egressTo: (rule: { hosts: readonly string[]; allowsLoopback: boolean }) => Egress;
};

/** Makes the client of a source for one pull. Each source reaches its own hosts and no others. */
export function sourceClients(
  settings: SourceSettings,
  deps: Deps,
): (source: SourceName, log: Log) => SourceClient {
  const { allowsLoopback } = settings;
  const egress: Readonly<Record<SourceName, Egress>> = {
    cascade: deps.egressTo({ hosts: CASCADE_HOSTS, allowsLoopback }),
    hubspot: deps.egressTo({ hosts: HUBSPOT_HOSTS, allowsLoopback }),
    meta: deps.egressTo({ hosts: META_HOSTS, allowsLoopback }),
  };
  const budget = {
    cascade: new TokenBucket(CASCADE_BUDGET, deps),
    hubspot: hubSpotBudget(deps),
    meta: new TokenBucket(META_BUDGET, deps),
  };
  return (source, log) => {
    const circuit = new SharedCircuit({ ...CIRCUIT, name: source }, { ...deps, log });
    const own = { ...deps, egress: egress[source], circuit };
    switch (source) {
      case 'cascade':
        return new CascadeClient(settings.cascade, { ...own, budget: budget.cascade });
      case 'hubspot':
        return new HubSpotClient(settings.hubspot, { ...own, budget: budget.hubspot });
      case 'meta':
        return new MetaClient(settings.meta, { ...own, budget: budget.meta });
    }
  };
}
