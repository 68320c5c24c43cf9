import { setImmediate } from 'node:timers/promises';
import type { EventName, LogFields } from '../shared/ports/log.ts';

// Application Insights takes most of a second to load, so it is loaded after the app has started and only where
// it is configured. Facts that alerts depend on are log lines, which the host sends by itself: here are only the
// calls that the app makes, and the measures of its phases as metrics.

/** Measures from before it was loaded wait, as many as several runs leave. */
const MOST_WAITING = 1_000;

type Measure = { name: string; value: number; properties: Record<string, string> };
export type Client = { trackMetric(measure: Measure): void; flush(): Promise<void> };

let client: Client | undefined;
let isWanted = false;
let hasUnsent = false;
const waiting: Measure[] = [];

/** An appStart hook: begins to load and returns at once. */
export function startTelemetryLater(): void {
  const connectionString = process.env['APPLICATIONINSIGHTS_CONNECTION_STRING'];
  if (connectionString) void startTelemetry(async () => await applicationInsights(connectionString));
}

/** Measures are kept from now on, and sent once `load` has made a client. */
export async function startTelemetry(load: () => Promise<Client>): Promise<void> {
  isWanted = true;
  await setImmediate();
  try {
    client = await load();
    for (const measure of waiting.splice(0)) send(measure);
  } catch (error) {
    isWanted = false;
    // The product works without it; its absence shows in Application Insights itself.
    process.stderr.write(
      `telemetry did not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}

/** The numbers of a phase as metrics, such as `ingestion.rowsLoaded`. */
export function trackMeasures(event: EventName, fields: LogFields = {}): void {
  const { phase, dataset } = fields;
  if (!isWanted || event !== 'phase.measured' || typeof phase !== 'string') return;
  const properties = { phase, dataset: String(dataset) };
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value !== 'number' || name === 'attempt') continue;
    send({ name: `${phase}.${name}`, value, properties });
  }
}

/** A postInvocation hook: metrics leave once a minute, and an instance that is frozen until then would lose them. */
export async function flushTelemetry(): Promise<void> {
  if (client === undefined || !hasUnsent) return;
  hasUnsent = false;
  await client.flush();
}

function send(measure: Measure): void {
  if (client === undefined) {
    if (waiting.length < MOST_WAITING) waiting.push(measure);
    return;
  }
  client.trackMetric(measure);
  hasUnsent = true;
}

async function applicationInsights(connectionString: string): Promise<Client> {
  const { default: insights } = await import('applicationinsights');
  // Requests and log lines come from the host already.
  insights.setup(connectionString).setAutoCollectRequests(false).setAutoCollectConsole(false);
  const clientId = process.env['AZURE_CLIENT_ID'];
  if (clientId) {
    // The workspace takes no keys.
    const { ManagedIdentityCredential } = await import('@azure/identity');
    insights.defaultClient.config.aadTokenCredential = new ManagedIdentityCredential({ clientId });
  }
  insights.start();
  return insights.defaultClient;
}
