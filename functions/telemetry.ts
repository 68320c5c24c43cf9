// Application Insights takes most of a second to load, so it is loaded after the app has started and only where
// it is configured. Facts that alerts depend on are log lines, which the host sends by itself.

/** An appStart hook: begins to load and returns at once. */
export function startTelemetryLater(): void {
  const connectionString = process.env['APPLICATIONINSIGHTS_CONNECTION_STRING'];
  if (!connectionString) return;
  setImmediate(() => {
    void startTelemetry(connectionString);
  });
}

async function startTelemetry(connectionString: string): Promise<void> {
  try {
    const { default: insights } = await import('applicationinsights');
    insights.setup(connectionString).start();
  } catch (error) {
    // The product works without it; its absence shows in Application Insights itself.
    process.stderr.write(
      `telemetry did not start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
