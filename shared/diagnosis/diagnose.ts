import type { Config } from '../config.ts';
import { type HealthCheck, kindOf, runCheck } from '../pipeline/health.ts';
import type { AccessProbe } from '../ports/access-probe.ts';
import type { Clock } from '../ports/clock.ts';
import type { SecretAges, SecretExpiries, SecretStore } from '../ports/secret-store.ts';
import { type Diagnosis, diagnosisOf, type Finding } from './finding.ts';
import { secretFindings } from './secret-findings.ts';
import { storageFindings } from './storage-findings.ts';

// What an engineer would look at, one after the other, who is told that it does not work: all of it at once.

export type DiagnosisDeps = {
  readonly config: Config;
  readonly probes: readonly AccessProbe[];
  readonly secrets: SecretStore & SecretExpiries & SecretAges;
  /** What else health looks at. */
  readonly checks: readonly HealthCheck[];
  readonly clock: Clock;
  /** How long each question may take. */
  readonly patienceMs?: number;
};

const PATIENCE_MS = 10_000;
const OLDEST_NODE = 24;

export async function diagnose(deps: DiagnosisDeps): Promise<Diagnosis> {
  const { config, probes, secrets, checks, clock, patienceMs = PATIENCE_MS } = deps;
  const sourcesLack = config.sources.meta.account === undefined ? { meta: 'META_AD_ACCOUNT_ID' } : {};
  const destinationsInUse = config.destinations.inUse;
  const [storage, others, more] = await Promise.all([
    storageFindings({ probes, clock, patienceMs }),
    secretFindings({ secrets, destinationsInUse, sourcesLack, clock, patienceMs }),
    Promise.all(checks.map((check) => checkFinding(check, patienceMs))),
  ]);
  const findings = [...settingsFindings(config), ...storage, ...others, nodeFinding(), ...more];
  return diagnosisOf(config.revision, ordered(findings));
}

/** Where the settings are not usable, nothing else can be looked at. */
export function diagnosisOfSettings(problems: readonly string[], revision = 'unknown'): Diagnosis {
  return diagnosisOf(
    revision,
    problems.map((problem) => ({
      area: 'settings',
      name: /^[A-Za-z_]+/.exec(problem)?.[0] ?? 'settings',
      state: 'wrong',
      detail: problem,
      next: 'Set it and restart the app: docs/runbooks/config-invalid.md',
    })),
  );
}

function settingsFindings({ warnings, storage, secrets }: Config): readonly Finding[] {
  const how = storage.kind === 'identity' ? 'an identity' : 'a connection string';
  const where = secrets.kind === 'key-vault' ? 'the vault' : 'the environment';
  return [
    {
      area: 'settings',
      name: 'settings',
      state: 'ok',
      detail: `usable; storage by ${how}, secrets from ${where}`,
    },
    ...warnings.map(
      (warning): Finding => ({
        area: 'settings',
        name: /^[A-Za-z_]+/.exec(warning)?.[0] ?? 'settings',
        state: 'warning',
        detail: warning,
      }),
    ),
  ];
}

function nodeFinding(): Finding {
  const { node } = process.versions;
  const isNew = Number(node.split('.')[0]) >= OLDEST_NODE;
  return {
    area: 'machine',
    name: 'Node',
    state: isNew ? 'ok' : 'wrong',
    detail: node,
    ...(!isNew && { next: `Run it on Node ${OLDEST_NODE}: npm scripts do` }),
  };
}

async function checkFinding(check: HealthCheck, patienceMs: number): Promise<Finding> {
  const { error } = await runCheck(check, patienceMs);
  const base = {
    area: check.name.startsWith('destination ') ? 'destinations' : 'machine',
    name: check.name.startsWith('destination ') ? `${check.name}: connection` : check.name,
  } as const;
  if (error === undefined) return { ...base, state: 'ok', detail: 'it answers' };
  const detail = error instanceof Error ? `${kindOf(error)}: ${error.message}` : kindOf(error);
  return { ...base, state: check.onlyDegrades === true ? 'warning' : 'wrong', detail };
}

const AREAS = [
  'settings',
  'connections',
  'machine',
  'storage',
  'secrets',
  'sources',
  'destinations',
] as const;

function ordered(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
}
