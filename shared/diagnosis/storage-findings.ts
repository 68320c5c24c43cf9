import { type Checked, kindOf, runCheck } from '../pipeline/health.ts';
import type { Access, AccessProbe, StoragePlace } from '../ports/access-probe.ts';
import type { Clock } from '../ports/clock.ts';
import type { Finding } from './finding.ts';

// Storage: is it reached, is everything there, may the app do what it has to, and do the clocks agree?

const SERVICES: Readonly<Record<StoragePlace, string>> = {
  container: 'blob',
  queue: 'queue',
  table: 'table',
};
/** Azure refuses requests that are signed with a time a quarter of an hour away. */
const SKEW_MS = { warning: 60_000, wrong: 5 * 60_000 };

export type ProbedStorage = {
  readonly probes: readonly AccessProbe[];
  readonly clock: Clock;
  readonly patienceMs: number;
};

type Probed = {
  readonly probe: AccessProbe;
  readonly refusals: readonly Refusal[];
  readonly skewsMs: readonly number[];
};
type Refusal = { readonly access: Access; readonly error: unknown };

export async function storageFindings(storage: ProbedStorage): Promise<readonly Finding[]> {
  const probed = await Promise.all(storage.probes.map((probe) => probeAll(probe, storage)));
  const places = [...new Set(storage.probes.map(({ place }) => place))];
  const silent = places.filter((place) => isSilent(place, probed));
  return [
    ...places.map((place) => connectionFinding(place, probed)),
    clockFinding(probed.flatMap(({ skewsMs }) => skewsMs)),
    // Of what cannot be reached nothing is known, and one line says so.
    ...probed.filter(({ probe }) => !silent.includes(probe.place)).map(placeFinding),
  ];
}

async function probeAll(probe: AccessProbe, { clock, patienceMs }: ProbedStorage): Promise<Probed> {
  const skewsMs: number[] = [];
  const attempts = probe.attempts.map(async ({ access, attempt }) => {
    const check = async (): Promise<void> => {
      const before = clock.now().getTime();
      const { at } = await attempt();
      if (at !== undefined) skewsMs.push(at.getTime() - (before + clock.now().getTime()) / 2);
    };
    const { error }: Checked = await runCheck({ name: probe.name, check }, patienceMs);
    return error === undefined ? [] : [{ access, error }];
  });
  return { probe, refusals: (await Promise.all(attempts)).flat(), skewsMs };
}

/** Not reached: nothing answered, not even with a refusal. */
function isSilent(place: StoragePlace, probed: readonly Probed[]): boolean {
  const own = probed.filter(({ probe }) => probe.place === place);
  const unanswered = refusalsOf(place, probed).filter(({ error }) => statusOf(error) === undefined);
  return unanswered.length === own.flatMap(({ probe }) => probe.attempts).length;
}

function refusalsOf(place: StoragePlace, probed: readonly Probed[]): readonly Refusal[] {
  return probed.filter(({ probe }) => probe.place === place).flatMap(({ refusals }) => refusals);
}

function connectionFinding(place: StoragePlace, probed: readonly Probed[]): Finding {
  const base = { area: 'connections', name: `${SERVICES[place]} service` } as const;
  if (!isSilent(place, probed)) return { ...base, state: 'ok', detail: 'it answers' };
  return {
    ...base,
    state: 'wrong',
    detail: `no answer: ${kindOf(refusalsOf(place, probed)[0]?.error)}`,
    next: 'Check the endpoint in DataStorage or DataStorage__…ServiceUri, name resolution and firewall. Locally: npm start brings the emulator',
  };
}

function clockFinding(skewsMs: readonly number[]): Finding {
  const base = { area: 'machine', name: 'clock' } as const;
  const skew = skewsMs.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
  if (skew === undefined) return { ...base, state: 'warning', detail: 'storage did not say what time it is' };
  const seconds = Math.round(Math.abs(skew) / 1_000);
  // The header of an answer has whole seconds.
  if (Math.abs(skew) < SKEW_MS.warning)
    return { ...base, state: 'ok', detail: 'it agrees with that of storage' };
  const direction = skew > 0 ? 'behind' : 'ahead of';
  return {
    ...base,
    state: Math.abs(skew) < SKEW_MS.wrong ? 'warning' : 'wrong',
    detail: `${seconds} seconds ${direction} that of storage`,
    next: 'Synchronise the clock of this machine: signatures and tokens are refused by time',
  };
}

function placeFinding({ probe, refusals }: Probed): Finding {
  const { place, name, role, attempts } = probe;
  const base = { area: 'storage', name: `${place} ${name}` } as const;
  const [first] = refusals;
  if (first === undefined) return { ...base, state: 'ok', detail: inWords(attempts) };
  const isMissing = refusals.find(({ error }) => isNotThere(error));
  if (isMissing !== undefined)
    return {
      ...base,
      state: 'wrong',
      detail: 'it is not there',
      next: `Deploy infra/main.bicep, which makes it. Locally: npm start does`,
    };
  const refused = refusals.filter(({ error }) => statusOf(error) === 403 || statusOf(error) === 401);
  if (refused.length === 0)
    return { ...base, state: 'wrong', detail: `${inWords(refusals)}: ${kindOf(first.error)}` };
  const [why, next] = refusalInWords(codeOf(refused[0]?.error), `${role} on ${place} ${name}`);
  return { ...base, state: 'wrong', detail: `${inWords(refused)} refused: ${why}`, next };
}

function inWords(attempts: readonly { readonly access: Access }[]): string {
  return attempts.map(({ access }) => access).join(', ');
}

/** Why, and what to do. Azure has several reasons for one status. */
function refusalInWords(code: string, role: string): [string, string] {
  switch (code) {
    case 'AuthorizationFailure':
      return [
        'the firewall of the account, before any role was looked at',
        'Let this network in: allowedAddresses in infra/environments.json, or the network of the app',
      ];
    case 'KeyBasedAuthenticationNotPermitted':
      return [
        'the account takes no keys',
        'Remove the connection string; DataStorage__…ServiceUri and an identity do instead',
      ];
    case 'AuthenticationFailed':
    case 'InvalidAuthenticationInfo':
      return [
        'the credentials are not accepted',
        'Check the key of the connection string, the identity, and the clock',
      ];
    default:
      return [
        `role ${role} is missing`,
        `Assign ${role}: infra/modules/data-access.bicep does. It takes minutes to hold`,
      ];
  }
}

const NOT_THERE = /\b(?:ContainerNotFound|QueueNotFound|TableNotFound)\b/;

function isNotThere(error: unknown): boolean {
  return error instanceof Error && NOT_THERE.test(`${codeOf(error)} ${error.message}`);
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** Tables say theirs inside the message. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  return /"code":\s*"(\w+)"/.exec(error.message)?.[1] ?? '';
}
