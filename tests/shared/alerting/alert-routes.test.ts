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
