import type { ProblemCode } from '../domain/problem.ts';

// Who is told of what, how soon somebody must answer, and what to do first. One table, after the operations manual.

export type Severity = 'P1' | 'P2' | 'P3' | 'P4';

/** How soon somebody answers, and who is told when nobody does. */
export const RESPONSES: Readonly<
  Record<
    Severity,
    {
      readonly impact: string;
      readonly withinMinutes: number | undefined;
      readonly within: string;
      readonly escalateTo: readonly string[];
    }
  >
> = {
  P1: {
    impact: 'complete outage, revenue impact',
    withinMinutes: 15,
    within: '15 minutes',
    escalateTo: ['@vp-eng', '@ceo'],
  },
  P2: {
    impact: 'partial function, data delayed',
    withinMinutes: 60,
    within: '1 hour',
    escalateTo: ['@eng-lead', '@cfo'],
  },
  P3: { impact: 'degraded performance', withinMinutes: 240, within: '4 hours', escalateTo: ['@eng-lead'] },
  P4: {
    impact: 'minor, no impact',
    withinMinutes: undefined,
    within: 'the next business day',
    escalateTo: [],
  },
};

export type AlertKind =
  | 'kpi-critical'
  | 'kpi-warning'
  | 'compliance-violation'
  | 'pipeline-failed'
  | 'file-rejected'
  | 'schema-drift-breaking'
  | 'schema-drift'
  | 'data-drift'
  | 'data-stopped'
  | 'data-late'
  | 'data-very-late'
  | 'run-slow'
  | 'run-very-slow'
  | 'errors-many'
  | 'errors-very-many'
  | 'service-down'
  | 'credentials'
  | 'secret-expiry-critical'
  | 'secret-expiry-warning'
  | 'delivery-failed'
  | 'access-broken'
  | 'test';

/** Without `#`; staging has its own. Where there is no bot, each has its own webhook. */
export const ALERT_CHANNELS = [
  'executive-briefing',
  'risk-monitoring',
  'compliance-team',
  'devops-alerts',
] as const;
export type AlertChannel = (typeof ALERT_CHANNELS)[number];

export type AlertRoute = {
  readonly severity: Severity;
  readonly channel: AlertChannel;
  readonly mention: string | undefined;
  /** Within the first 15 minutes, and within the hour. */
  readonly firstAction: string;
  readonly secondAction: string;
  readonly runbook: ProblemCode;
};

export const ALERT_ROUTES: Readonly<Record<AlertKind, AlertRoute>> = {
  'kpi-critical': {
    severity: 'P2',
    channel: 'executive-briefing',
    mention: '@cfo',
    firstAction: 'Open the KPI on the dashboard: what moved it, and which file it comes from.',
    secondAction: 'Decide with the head of risk what is done about the book.',
    runbook: 'kpi-outside-limits',
  },
  'kpi-warning': {
    severity: 'P3',
    channel: 'risk-monitoring',
    mention: undefined,
    firstAction: 'Open the KPI on the dashboard: what moved it.',
    secondAction: 'Watch it at the next snapshot.',
    runbook: 'kpi-outside-limits',
  },
  'compliance-violation': {
    severity: 'P1',
    channel: 'compliance-team',
    mention: '@general-counsel',
    firstAction: 'Stop the feed that sent the data, and delete the file at its source.',
    secondAction: 'Say with compliance who has to be told.',
    runbook: 'undeclared-personal-data',
  },
  'pipeline-failed': {
    severity: 'P1',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'GET /api/health, then mend the check that is not ok.',
    secondAction: 'Rerun the run from the stage that failed, or redeploy the package before.',
    runbook: 'stage-failed',
  },
  'file-rejected': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'Read the validation report of the run.',
    secondAction: 'Have the owner of the feed drop a corrected file.',
    runbook: 'too-many-bad-rows',
  },
  'schema-drift-breaking': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction:
      'Read the validation report of the run: which columns are missing, and what the file has instead.',
    secondAction:
      'Have the owner of the feed bring the columns back, or release a new version of the contract.',
    runbook: 'schema-drift',
  },
  'schema-drift': {
    severity: 'P4',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'Read the validation report of the run: which columns are new.',
    secondAction: 'Ask the owner of the feed what they are, and whether the contract is to have them.',
    runbook: 'schema-drift',
  },
  'data-drift': {
    severity: 'P3',
    channel: 'risk-monitoring',
    mention: undefined,
    firstAction: 'Open the KPIs on the dashboard: did the book change, or what the file holds?',
    secondAction: 'Have the owner of the feed confirm the file, or drop a corrected one.',
    runbook: 'data-drift',
  },
  'data-stopped': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'Read the validation reports of the last three files.',
    secondAction: 'Have the owner of the feed drop a good file: it closes the breaker.',
    runbook: 'breaker-open',
  },
  'data-late': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'GET /api/sources and landing: has nothing come, or was it refused?',
    secondAction: 'Pull the source by hand, or drop its export.',
    runbook: 'stale-data',
  },
  'data-very-late': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'GET /api/sources and landing: has nothing come, or was it refused?',
    secondAction: 'Tell those who read the numbers how old they are.',
    runbook: 'stale-data',
  },
  'run-slow': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'Look which stage was slow: the phases of the run have their times.',
    secondAction: 'Compare with the size of the file; scale out, or lower what runs beside it.',
    runbook: 'stage-failed',
  },
  'run-very-slow': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'Look which stage was slow: the phases of the run have their times.',
    secondAction: 'Compare with the size of the file; scale out, or lower what runs beside it.',
    runbook: 'stage-failed',
  },
  'errors-many': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'GET /api/runs?status=failed and GET /api/sources: is it one cause?',
    secondAction: 'Mend the cause that most of them share.',
    runbook: 'stage-failed',
  },
  'errors-very-many': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'GET /api/runs?status=failed and GET /api/sources: is it one cause?',
    secondAction: 'Mend the cause that most of them share, or redeploy the package before.',
    runbook: 'stage-failed',
  },
  'service-down': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'GET /api/breakers: since when, and what it answered.',
    secondAction: 'Ask the vendor; pause the source until it is back.',
    runbook: 'source-failed',
  },
  credentials: {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'Have the owner of the secret renew it in the vault.',
    secondAction: 'Pull the source again, and watch its watermark.',
    runbook: 'source-failed',
  },
  'secret-expiry-critical': {
    severity: 'P2',
    channel: 'devops-alerts',
    mention: '@sre-oncall',
    firstAction: 'Renew the secret at its service, and put it into the vault as a new version.',
    secondAction: 'Look whether what needs it still comes and goes: GET /api/sources, GET /api/deliveries.',
    runbook: 'secret-expiry',
  },
  'secret-expiry-warning': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'Tell the owner of the secret the day on which it runs out.',
    secondAction: 'Renew it at its service, and put it into the vault as a new version.',
    runbook: 'secret-expiry',
  },
  'delivery-failed': {
    severity: 'P3',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'GET /api/deliveries: what the destination said.',
    secondAction: 'Mend the cause and send it again.',
    runbook: 'delivery-failed',
  },
  'access-broken': {
    severity: 'P1',
    channel: 'compliance-team',
    mention: '@general-counsel',
    firstAction: 'npm run audit:verify, and leave container audit as it is: it is evidence.',
    secondAction:
      'Hold the records against the events access.recorded in the log, and find out who wrote to it.',
    runbook: 'access-broken',
  },
  test: {
    severity: 'P4',
    channel: 'devops-alerts',
    mention: undefined,
    firstAction: 'Nothing: somebody tests whether alerts arrive.',
    secondAction: 'Nothing.',
    runbook: 'stage-failed',
  },
};

/** Kinds of one family are one incident, which grows worse or better. */
export type Family =
  | 'kpi'
  | 'compliance'
  | 'run'
  | 'schema-drift'
  | 'data-drift'
  | 'stopped'
  | 'late'
  | 'slow'
  | 'errors'
  | 'service'
  | 'credentials'
  | 'secret-expiry'
  | 'delivery'
  | 'access'
  | 'test';

export const FAMILIES: Readonly<Record<AlertKind, Family>> = {
  'kpi-critical': 'kpi',
  'kpi-warning': 'kpi',
  'compliance-violation': 'compliance',
  'pipeline-failed': 'run',
  'file-rejected': 'run',
  'schema-drift-breaking': 'schema-drift',
  'schema-drift': 'schema-drift',
  'data-drift': 'data-drift',
  'data-stopped': 'stopped',
  'data-late': 'late',
  'data-very-late': 'late',
  'run-slow': 'slow',
  'run-very-slow': 'slow',
  'errors-many': 'errors',
  'errors-very-many': 'errors',
  'service-down': 'service',
  credentials: 'credentials',
  'secret-expiry-critical': 'secret-expiry',
  'secret-expiry-warning': 'secret-expiry',
  'delivery-failed': 'delivery',
  'access-broken': 'access',
  test: 'test',
};
