import { accessReportRoute } from './access-report.ts';
import { auditRoute } from './audit.ts';
import { breakersRoute, isolateBreakerRoute, resetBreakerRoute } from './breakers.ts';
import { catalogRoute } from './catalog.ts';
import { checkRoute } from './check.ts';
import { compareRoute } from './compare.ts';
import { complianceRoute } from './compliance.ts';
import { dashboardRoute } from './dashboard.ts';
import { deliveriesRoute, previewRoute, resendRoute } from './deliveries.ts';
import { doctorRoute } from './doctor.ts';
import { kpiRoute } from './explain-kpi.ts';
import { kpisExportRoute, tableExportRoute } from './exports.ts';
import { healthRoute } from './health.ts';
import { holdRoute } from './hold.ts';
import { acknowledgeRoute, incidentRoute, incidentsRoute, muteRoute, testAlertRoute } from './incidents.ts';
import { kpisRoute, reportRoute } from './kpis.ts';
import { openApiRoute } from './openapi.ts';
import { replayRoute } from './replay.ts';
import { rerunFailedRoute, rerunRoute } from './rerun.ts';
import { rollBackRoute } from './roll-back.ts';
import type { Route } from './route.ts';
import { artifactRoute, runRoute, runsRoute } from './runs.ts';
import { pauseRoute, pullRoute, resumeRoute, sourcesRoute } from './sources.ts';
import { triggerRoute } from './trigger.ts';
import { verifyRoute } from './verify.ts';

const DOCUMENTED: Route[] = [
  healthRoute,
  doctorRoute,
  runsRoute,
  runRoute,
  artifactRoute,
  compareRoute,
  verifyRoute,
  holdRoute,
  rerunRoute,
  rerunFailedRoute,
  replayRoute,
  rollBackRoute,
  triggerRoute,
  checkRoute,
  kpisRoute,
  kpiRoute,
  catalogRoute,
  dashboardRoute,
  kpisExportRoute,
  tableExportRoute,
  reportRoute,
  complianceRoute,
  accessReportRoute,
  sourcesRoute,
  pullRoute,
  pauseRoute,
  resumeRoute,
  breakersRoute,
  resetBreakerRoute,
  isolateBreakerRoute,
  deliveriesRoute,
  previewRoute,
  resendRoute,
  auditRoute,
  incidentsRoute,
  incidentRoute,
  acknowledgeRoute,
  muteRoute,
  testAlertRoute,
];

/** Every HTTP function, the description of them all included. */
export const ROUTES: readonly Route[] = [...DOCUMENTED, openApiRoute(DOCUMENTED)];
