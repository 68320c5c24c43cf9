import { auditOfRun } from '../../pipeline/audit-of-run.ts';
import type { AuditStore } from '../../ports/audit-store.ts';
import type { Lake } from '../../ports/lake.ts';
import type { RunLedger } from '../../ports/run-ledger.ts';
import { ServiceUnavailable } from '../../resilience/service-errors.ts';
import type { SharedCircuit } from '../../resilience/shared-circuit.ts';
import { AuditPayload } from '../../runs/audit-payload.ts';
import type { Destination } from './destination.ts';

// Each run with its KPIs into the audit tables of a PostgreSQL database.

type Deps = {
  readonly audit: AuditStore;
  readonly circuit: SharedCircuit;
  readonly lake: Lake;
  readonly ledger: RunLedger;
};

export function postgresDestination({ audit, circuit, ...deps }: Deps): Destination {
  return {
    name: 'postgres',
    tells: 'run',
    async render(subject) {
      const payload = subject.kind === 'run' ? await auditOfRun(subject, deps) : undefined;
      return payload && { body: `${JSON.stringify(payload, null, 2)}\n`, contentType: 'application/json' };
    },
    async send({ body }) {
      const payload = AuditPayload.parse(JSON.parse(body));
      await circuit.run(
        () => audit.write(payload),
        (error) => error instanceof ServiceUnavailable,
      );
    },
  };
}
