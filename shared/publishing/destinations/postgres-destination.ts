import { auditOfRun } from '../../pipeline/audit-of-run.ts';
import { type LoansOfRunDeps, loansOfRun } from '../../pipeline/loans-of-run.ts';
import type { AuditStore } from '../../ports/audit-store.ts';
import type { Lake } from '../../ports/lake.ts';
import type { RunLedger } from '../../ports/run-ledger.ts';
import { ServiceUnavailable } from '../../resilience/service-errors.ts';
import type { SharedCircuit } from '../../resilience/shared-circuit.ts';
import { triedAgain } from '../../resilience/tried-again.ts';
import { AuditPayload } from '../../runs/audit-payload.ts';
import type { Destination } from './destination.ts';

// Each run with its KPIs and its loans into the tables of a PostgreSQL database. What is kept of it as sent is the run: a
// million loans follow from the files and the models that it names.

type Deps = LoansOfRunDeps & {
  readonly lake: Lake;
  readonly audit: AuditStore;
  readonly circuit: SharedCircuit;
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
    async send({ body }, subject) {
      const payload = AuditPayload.parse(JSON.parse(body));
      const loans = subject.kind === 'run' ? await loansOfRun(subject, deps) : undefined;
      // The same rows twice are the same rows, whether or not the answer to a commit was heard.
      await triedAgain(() =>
        circuit.run(
          () => audit.write(payload, loans),
          (error) => error instanceof ServiceUnavailable,
        ),
      );
    },
  };
}
