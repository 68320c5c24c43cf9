// Faults that people make in queries, as edits: each is found, or the checks are worth nothing.

export type QueryFault = { readonly of: string; readonly find: string; readonly put: string };

const fault = (of: string, find: string, put: string): QueryFault => ({ of, find, put });

export const QUERY_FAULTS: readonly QueryFault[] = [
  // names
  fault('AbacoEvents', '\nAppTraces', '\nAppTrace'),
  fault('AbacoEvents', 'where Message', 'where Mesage'),
  fault('AbacoEvents', 'SeverityLevel,', 'Severity,'),
  fault('run_failed', 'AbacoEvents', 'AbacoEvent'),
  fault('run_failed', 'SeverityLevel >= 3', 'severityLevel >= 3'),
  fault('run_stuck', 'began < ago', 'begun < ago'),
  fault('http_5xx', 'ResultCode) >= 500', 'StatusCode) >= 500'),
  fault('http_slow', 'DurationMs, 95', 'Duration, 95'),
  fault('dead_man', 'lastHeard < now()', 'lastSeen < now()'),
  fault('log_cap_reached', '_LogOperation', 'LogOperation'),
  // words of the language
  fault('run_failed', '| where', '| were'),
  fault('run_slow', '| extend', '| extent'),
  fault('errors_many', '| summarize', '| summarise'),
  fault('dead_man', 'kind=leftouter', 'kind=left'),
  fault('kpi_outside_limits', 'arg_max(', 'argmax('),
  fault('data_late', 'datetime_diff(', 'datediff('),
  fault('http_5xx', 'countif(', 'count_if('),
  // marks
  fault('run_stuck', 'by runId', 'by by runId'),
  fault('must_never_happen', '"control-totals-differ")', '"control-totals-differ"'),
  fault('kpi_outside_limits', '"ok")', '"ok"'),
  fault('dead_man', 'let born =', 'born ='),
  fault('message_poisoned', '"message.malformed"', '"message.malformed'),
  // kinds of values
  fault('run_failed', 'SeverityLevel >= 3', 'SeverityLevel >= "3"'),
  fault('run_stuck', 'ago(limitMinutes * 1m)', 'limitMinutes'),
  fault('kpi_outside_limits', 'todouble(Properties.value)', 'tostring(Properties.value)'),
  fault('http_slow', 'p95 > limitMs', 'p95 > "limitMs"'),
  fault('dead_man', 'maxHours * 1h', 'maxHours'),
  fault('rows_dropped', 'todouble(Properties.earlierRows)', 'tostring(Properties.earlierRows)'),
  // facts that nobody logs
  fault('run_failed', 'Name == "run.failed"', 'Name == "run.crashed"'),
  fault('run_failed', 'Name == "run.failed"', 'Name == "pipeline_run_failed"'),
  fault('run_failed', 'Properties.runId', 'Properties.run_id'),
  fault('message_poisoned', '"message.poisoned"', '"message.poison"'),
  fault('rows_dropped', 'Properties.earlierRows', 'Properties.priorRows'),
  fault('latency', 'Properties.durationMs', 'Properties.duration_ms'),
  fault('kpis', 'Properties.asOf', 'Properties.as_of'),
];
