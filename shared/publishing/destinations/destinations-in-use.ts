import type { LoansOfRunDeps } from '../../pipeline/loans-of-run.ts';
import { newestMart } from '../../pipeline/newest-mart.ts';
import type { AuditStore } from '../../ports/audit-store.ts';
import type { Budgets } from '../../ports/budgets.ts';
import type { Circuits } from '../../ports/circuits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries, DestinationName } from '../../ports/deliveries.ts';
import type { Egress } from '../../ports/egress.ts';
import type { Incidents } from '../../ports/incidents.ts';
import type { Lake } from '../../ports/lake.ts';
import type { Log } from '../../ports/log.ts';
import type { Mailer } from '../../ports/mailer.ts';
import type { RunLedger } from '../../ports/run-ledger.ts';
import type { SecretStore } from '../../ports/secret-store.ts';
import type { WorkbookWriter } from '../../ports/workbook-writer.ts';
import type { Sealed } from '../../privacy/sealed.ts';
import { SharedCircuit } from '../../resilience/shared-circuit.ts';
import type { CatalogIds } from '../insights/insight.ts';
import { insightsDestination } from '../insights/insights-destination.ts';
import { hostsOfModel } from '../insights/language-model.ts';
import {
  alertsDestination,
  PAGERDUTY_HOSTS,
  pagerDutyBucket,
  pagerDutyDestination,
} from './alert-destinations.ts';
import { briefingDestination } from './briefing-destination.ts';
import type { Destination } from './destination.ts';
import type { DestinationSettings } from './destination-settings.ts';
import { digestByEmail, digestDestination } from './digest-destinations.ts';
import { alertsByEmail, emailDestination } from './email-destinations.ts';
import { FIGMA_HOSTS, figmaBucket } from './figma/figma-api.ts';
import { figmaDestination } from './figma/figma-destination.ts';
import { lineageBucket, lineageDestination } from './lineage-destination.ts';
import { monthlyByEmail } from './monthly-destination.ts';
import { NOTION_HOSTS, notionBucket } from './notion/notion-api.ts';
import { notionDestination } from './notion/notion-destination.ts';
import { postgresDestination } from './postgres-destination.ts';
import { slackDestination } from './slack-destination.ts';
import { SLACK_HOSTS, SlackBudget } from './slack-poster.ts';

/** More failures than one delivery has tries: bad luck alone does not open it. */
const CIRCUIT = { opensAfter: 5, retryAfterMs: 120_000 };
/** Destinations of one service share its circuit: what is down for one is down for the other. */
const SERVICES: Partial<Record<DestinationName, string>> = {
  alerts: 'slack',
  briefing: 'slack',
  digest: 'slack',
  'email-alerts': 'email',
  'email-digest': 'email',
  'email-monthly': 'email',
};

type Deps = LoansOfRunDeps & {
  readonly lake: Lake;
  readonly ledger: RunLedger;
  readonly incidents: Incidents;
  readonly audit: AuditStore;
  readonly mailer: Mailer;
  readonly workbook: WorkbookWriter;
  readonly circuits: Circuits;
  readonly budgets: Budgets;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  readonly deliveries: Deliveries;
  readonly catalog: CatalogIds;
  readonly identityToken: (scope: string) => Promise<Sealed<string>>;
  readonly pause: (ms: number) => Promise<void>;
  readonly egressTo: (rule: { hosts: readonly string[]; allowsLoopback: boolean }) => Egress;
};

/** The destinations that are in use. Each reaches its own hosts and no others. */
export function destinationsInUse(
  settings: DestinationSettings & { readonly allowsLoopback: boolean },
  deps: Deps,
): (log: Log) => readonly Destination[] {
  const { allowsLoopback, lineage, slack, pagerduty, email, notion, figma, insights, inUse } = settings;
  const toSlack = deps.egressTo({ hosts: SLACK_HOSTS, allowsLoopback });
  const newest = async () => await newestMart({}, deps);
  const nowhere = deps.egressTo({ hosts: [], allowsLoopback: false });
  const egressOf: Readonly<Record<DestinationName, Egress>> = {
    lineage: deps.egressTo({ hosts: lineage ? [new URL(lineage.url).hostname] : [], allowsLoopback }),
    slack: toSlack,
    alerts: toSlack,
    briefing: toSlack,
    digest: toSlack,
    pagerduty: deps.egressTo({ hosts: PAGERDUTY_HOSTS, allowsLoopback }),
    notion: deps.egressTo({ hosts: NOTION_HOSTS, allowsLoopback }),
    figma: deps.egressTo({ hosts: FIGMA_HOSTS, allowsLoopback }),
    insights: deps.egressTo({ hosts: hostsOfModel(insights), allowsLoopback }),
    // These have clients of their own.
    postgres: nowhere,
    email: nowhere,
    'email-alerts': nowhere,
    'email-digest': nowhere,
    'email-monthly': nowhere,
  };
  // What all deliveries ask of a service counts together.
  const bucket = notionBucket(deps);
  const ofFigma = figmaBucket(deps);
  const events = lineageBucket(deps);
  const budget = new SlackBudget(deps);
  const pages = pagerDutyBucket(deps);
  return (log) =>
    inUse.flatMap((name) => {
      const circuit = new SharedCircuit({ ...CIRCUIT, name: SERVICES[name] ?? name }, { ...deps, log });
      const own = { ...deps, egress: egressOf[name], circuit };
      switch (name) {
        case 'lineage':
          return lineage === undefined ? [] : [lineageDestination(lineage, { ...own, bucket: events })];
        case 'postgres':
          return [postgresDestination(own)];
        case 'slack':
          return [slackDestination(slack, { ...own, newest, budget })];
        case 'alerts':
          return [alertsDestination(slack, { ...own, budget })];
        case 'email':
          return [emailDestination(email, { ...own, newest })];
        case 'email-alerts':
          return [alertsByEmail({ ...email, hasChannel: inUse.includes('alerts') }, { ...own, newest })];
        case 'pagerduty':
          return [pagerDutyDestination(pagerduty, { ...own, bucket: pages })];
        case 'notion':
          return notion === undefined ? [] : [notionDestination(notion, { ...own, newest, bucket })];
        case 'figma':
          return figma === undefined ? [] : [figmaDestination(figma, { ...own, newest, bucket: ofFigma })];
        case 'insights':
          return insights === undefined ? [] : [insightsDestination(insights, { ...own, newest })];
        case 'briefing':
          return [briefingDestination(slack, { ...own, newest, budget })];
        case 'digest':
          return [digestDestination(slack, { ...own, budget })];
        case 'email-monthly':
          return [monthlyByEmail({ ...email, to: email.toMonthly }, { ...own, newest })];
        case 'email-digest':
          return [digestByEmail(email, own)];
      }
    });
}
