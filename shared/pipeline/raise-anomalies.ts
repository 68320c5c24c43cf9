import { z } from 'zod';
import { RunId } from '../domain/ids.ts';
import type { LocalDate } from '../domain/local-date.ts';
import { type Anomaly, anomalyKey, type RaisedAnomaly } from '../kpis/anomaly.ts';
import type { Lake } from '../ports/lake.ts';
import type { RunLedger } from '../ports/run-ledger.ts';
import { attemptPath, raisedPath } from '../runs/run-paths.ts';
import type { RunRecord } from '../runs/run-record.ts';

// Nobody is told of the same anomaly twice, however often a run is worked and however many runs show the same numbers.
// One document for each reporting date holds who was first, and is written over exactly the version that was read. What
// an attempt has claimed counts once its documents are committed: until then it may still fail and tell nobody, so that
// the next one takes its place.

type Claim = z.infer<typeof Claim>;
const Claim = z.object({ runId: RunId, attempt: z.int().positive() });
const Claims = z.record(z.string(), Claim);

export type RaiseDeps = { lake: Lake; ledger: RunLedger };

/**
 * Raises the anomalies and commits them. Another run may have taken a claim over before our commit was there to be seen:
 * it is asked once more afterwards, and whoever the claim belongs to by then is the one that tells.
 */
export async function tellAnomalies(
  anomalies: readonly Anomaly[],
  run: Pick<RunRecord, 'runId' | 'attempt'>,
  commit: (raised: readonly RaisedAnomaly[]) => Promise<void>,
  deps: RaiseDeps,
): Promise<void> {
  let told = await raiseAnomalies(anomalies, run, deps);
  for (;;) {
    await commit(told);
    if (!told.some(({ isNew }) => isNew)) return;
    const now = await raiseAnomalies(anomalies, run, deps);
    if (now.every(({ isNew }, nth) => isNew === told[nth]?.isNew)) return;
    told = now;
  }
}

/** The anomalies, each with who was first to raise it. Doing it twice gives the same. */
export async function raiseAnomalies(
  anomalies: readonly Anomaly[],
  { runId, attempt }: Pick<RunRecord, 'runId' | 'attempt'>,
  deps: RaiseDeps,
): Promise<RaisedAnomaly[]> {
  const own = { runId, attempt };
  const raisedBy = new Map<string, Claim>();
  for (const [reportingDate, ofDate] of Map.groupBy(anomalies, (anomaly) => anomaly.reportingDate)) {
    const claims = await claimAll(reportingDate, ofDate.map(anomalyKey), own, deps);
    for (const [key, claim] of claims) raisedBy.set(key, claim);
  }
  return anomalies.map((anomaly) => {
    const first = raisedBy.get(anomalyKey(anomaly)) ?? own;
    return { ...anomaly, isNew: isSame(first, own), raisedBy: first };
  });
}

async function claimAll(
  reportingDate: LocalDate,
  keys: readonly string[],
  own: Claim,
  deps: RaiseDeps,
): Promise<ReadonlyMap<string, Claim>> {
  const path = raisedPath(reportingDate);
  for (;;) {
    const { claims, etag } = await readClaims(path, deps.lake);
    const standing = await standingClaims(claims, keys, own, deps);
    const raisedBy = new Map(keys.map((key) => [key, standing.get(key) ?? own]));
    const isUnchanged = [...raisedBy].every(([key, claim]) => isSame(claims[key], claim));
    if (isUnchanged) return raisedBy;
    const body = `${JSON.stringify(sorted({ ...claims, ...Object.fromEntries(raisedBy) }), null, 2)}\n`;
    const onlyIf = etag === undefined ? ('absent' as const) : { etag };
    const options = { contentType: 'application/json', onlyIf };
    if ((await deps.lake.write('runs', path, body, options)).kind === 'written') return raisedBy;
  }
}

async function readClaims(
  path: string,
  lake: Lake,
): Promise<{ claims: Readonly<Record<string, Claim>>; etag?: string }> {
  const opened = await lake.open('runs', path);
  if (opened === undefined) return { claims: {} };
  const parts: Uint8Array[] = [];
  for await (const part of opened.body) parts.push(part);
  return {
    claims: Claims.parse(JSON.parse(Buffer.concat(parts).toString('utf8'))),
    etag: opened.file.etag,
  };
}

/** Those of the keys that somebody has raised, and not in vain. */
async function standingClaims(
  claims: Readonly<Record<string, Claim>>,
  keys: readonly string[],
  own: Claim,
  deps: RaiseDeps,
): Promise<ReadonlyMap<string, Claim>> {
  const claimed = keys.flatMap((key) => {
    const claim = claims[key];
    return claim === undefined ? [] : [{ key, claim }];
  });
  const standing = new Map<string, Claim>();
  for (const ofOne of Map.groupBy(claimed, ({ claim }) => `${claim.runId}/${claim.attempt}`).values()) {
    const [first] = ofOne;
    if (first === undefined) continue;
    const isRaised = isSame(first.claim, own) ? () => true : await raisedIn(first.claim, deps);
    for (const { key, claim } of ofOne) if (isRaised(key)) standing.set(key, claim);
  }
  return standing;
}

/** What of a compliance document says whether it told of an anomaly as a new one. */
const Told = z.object({
  anomalies: z.array(
    z.object({
      kpi: z.string(),
      reportingDate: z.string(),
      kind: z.string(),
      direction: z.string(),
      isNew: z.boolean(),
    }),
  ),
});

async function raisedIn(claim: Claim, { lake, ledger }: RaiseDeps): Promise<(key: string) => boolean> {
  const run = (await ledger.find(claim.runId))?.value;
  // A run that was withdrawn has said nothing true, and one that nobody knows nothing at all.
  if (run === undefined || run.status === 'rejected' || run.status === 'canceled') return () => false;
  const committed = await lake.stat('runs', attemptPath(claim.runId, claim.attempt, 'summary.json'));
  const body = await lake.read('runs', attemptPath(claim.runId, claim.attempt, 'compliance.json'));
  if (committed === undefined || body === undefined) return () => false;
  const { anomalies } = Told.parse(JSON.parse(body.toString('utf8')));
  const told = new Set(
    anomalies
      .filter(({ isNew }) => isNew)
      .map(({ kpi, reportingDate, kind, direction }) => [kpi, reportingDate, kind, direction].join(' ')),
  );
  return (key) => told.has(key);
}

function isSame(a: Claim | undefined, b: Claim): boolean {
  return a?.runId === b.runId && a.attempt === b.attempt;
}

function sorted(claims: Readonly<Record<string, Claim>>): Record<string, Claim> {
  return Object.fromEntries(Object.entries(claims).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
