import { describe, expect, it } from '@jest/globals';
import { ALERT_ROUTES, RESPONSES } from '../../../shared/alerting/alert-routes.ts';
import { SERVICE_LEVELS } from '../../../shared/alerting/conditions-of-runs.ts';

// The tables of the operations manual, row by row.

describe('severities', () => {
  it.each([
    ['P1', '15 minutes', 15, ['@vp-eng', '@ceo']],
    ['P2', '1 hour', 60, ['@eng-lead', '@cfo']],
    ['P3', '4 hours', 240, ['@eng-lead']],
    ['P4', 'the next business day', undefined, []],
  ] as const)(
    '%s is answered within %s, and goes further up otherwise',
    (severity, within, withinMinutes, escalateTo) => {
      expect(RESPONSES[severity]).toMatchObject({ within, withinMinutes, escalateTo });
    },
  );
});

describe('alert rules', () => {
  it.each([
    ['kpi-critical', 'executive-briefing', '@cfo'],
    ['kpi-warning', 'risk-monitoring', undefined],
    ['compliance-violation', 'compliance-team', '@general-counsel'],
    ['pipeline-failed', 'devops-alerts', '@sre-oncall'],
  ] as const)('%s goes to #%s and calls %s', (kind, channel, mention) => {
    expect(ALERT_ROUTES[kind]).toMatchObject({ channel, mention });
  });

  it.each([
    ['kpi-critical', 'P2', 'executive-briefing', 'kpi-outside-limits'],
    ['kpi-warning', 'P3', 'risk-monitoring', 'kpi-outside-limits'],
    ['compliance-violation', 'P1', 'compliance-team', 'undeclared-personal-data'],
    ['pipeline-failed', 'P1', 'devops-alerts', 'stage-failed'],
    ['file-rejected', 'P3', 'devops-alerts', 'too-many-bad-rows'],
    ['schema-drift-breaking', 'P2', 'devops-alerts', 'schema-drift'],
    ['schema-drift', 'P4', 'devops-alerts', 'schema-drift'],
    ['data-drift', 'P3', 'risk-monitoring', 'data-drift'],
    ['data-stopped', 'P2', 'devops-alerts', 'breaker-open'],
    ['data-late', 'P3', 'devops-alerts', 'stale-data'],
    ['data-very-late', 'P2', 'devops-alerts', 'stale-data'],
    ['run-slow', 'P3', 'devops-alerts', 'stage-failed'],
    ['run-very-slow', 'P2', 'devops-alerts', 'stage-failed'],
    ['errors-many', 'P3', 'devops-alerts', 'stage-failed'],
    ['errors-very-many', 'P2', 'devops-alerts', 'stage-failed'],
    ['service-down', 'P3', 'devops-alerts', 'source-failed'],
    ['credentials', 'P2', 'devops-alerts', 'source-failed'],
    ['secret-expiry-critical', 'P2', 'devops-alerts', 'secret-expiry'],
    ['secret-expiry-warning', 'P3', 'devops-alerts', 'secret-expiry'],
    ['delivery-failed', 'P3', 'devops-alerts', 'delivery-failed'],
    ['access-broken', 'P1', 'compliance-team', 'access-broken'],
    ['test', 'P4', 'devops-alerts', 'stage-failed'],
  ] as const)('%s is %s, in #%s, with the page %s', (kind, severity, channel, runbook) => {
    expect(ALERT_ROUTES[kind]).toMatchObject({ severity, channel, runbook });
  });

  it('call somebody where it cannot wait, and nobody where it can', () => {
    for (const { severity, mention } of Object.values(ALERT_ROUTES))
      expect(mention !== undefined).toBe(severity === 'P1' || severity === 'P2');
  });

  it('say for each what to do within 15 minutes, within the hour, and on which page to read on', () => {
    for (const { firstAction, secondAction, runbook } of Object.values(ALERT_ROUTES)) {
      expect(firstAction).toMatch(/[.?]$/);
      expect(secondAction).toMatch(/[.?]$/);
      expect(runbook).toMatch(/^[a-z-]+$/);
    }
  });
});

it('service levels are those of the manual', () => {
  expect(SERVICE_LEVELS).toEqual({
    freshnessHours: { target: 6, warning: 8, critical: 12 },
    latencyMinutes: { target: 10, warning: 12, critical: 15 },
    errors: { target: 0, warning: 5, critical: 10 },
  });
});
