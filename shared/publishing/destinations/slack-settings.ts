import { z } from 'zod';
import { CALLED_NAMES } from '../../alerting/called-names.ts';
import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';
import type { AlertSettings } from './alert-destinations.ts';
import type { SlackSettings } from './slack-destination.ts';

const webhook = (channel: string): z.ZodOptional<z.ZodString> =>
  text(`Webhook of #${channel} for alerts, where there is no bot; outside dev it comes from the vault`);

export const SLACK_ENVIRONMENT = {
  SLACK_BASE_URL: uri('Slack, where it is not the usual one'),
  SLACK_REPORTS_CHANNEL: text('Channel of the daily summary'),
  SLACK_BOT_TOKEN: text('Token of the bot; outside dev it comes from the vault'),
  SLACK_WEBHOOK_TOKEN: text(
    'Webhook of the channel of reports, where there is no bot; outside dev it comes from the vault',
  ),
  SLACK_WEBHOOK_EXECUTIVE_BRIEFING: webhook('executive-briefing'),
  SLACK_WEBHOOK_RISK_MONITORING: webhook('risk-monitoring'),
  SLACK_WEBHOOK_COMPLIANCE_TEAM: webhook('compliance-team'),
  SLACK_WEBHOOK_DEVOPS_ALERTS: webhook('devops-alerts'),
  SLACK_MENTIONS: z
    .string()
    .regex(
      /^\s*@[\w.-]+\s*=\s*[SUW][A-Z0-9]{2,}\s*(,\s*@[\w.-]+\s*=\s*[SUW][A-Z0-9]{2,}\s*)*$/,
      'it must be names with their ids in Slack, such as "@sre-oncall=S0123ABCD, @cfo=U0123ABCD"',
    )
    .optional()
    .describe('Groups (S…) and people (U…) in Slack that alerts call'),
};
type SlackGiven = Given<typeof SLACK_ENVIRONMENT>;

/** Where messages go in Slack; those of staging into channels of their own, where nobody must be alarmed. */
export function slackSettings(
  given: SlackGiven,
  { environment, publicUrl }: { readonly environment: string; readonly publicUrl: string | undefined },
): SlackSettings & AlertSettings {
  const channelPrefix = environment === 'staging' ? '#staging-' : '#';
  return {
    baseUrl: trimmed(given.SLACK_BASE_URL) ?? 'https://slack.com',
    reportsChannel: given.SLACK_REPORTS_CHANNEL ?? `${channelPrefix}fintech-reports`,
    channelPrefix,
    mentions: mentionsOf(given),
    publicUrl,
  };
}

/** One sentence, where alerts or the briefing would call somebody in vain. */
export function calledInVain(given: SlackGiven): string[] {
  const mentions = mentionsOf(given);
  const unknown = CALLED_NAMES.filter((name) => mentions[name] === undefined);
  if (unknown.length === 0) return [];
  return [
    `SLACK_MENTIONS has no id for ${unknown.join(', ')}: alerts name them in plain text, which notifies nobody.`,
  ];
}

function mentionsOf({ SLACK_MENTIONS = '' }: SlackGiven): Readonly<Record<string, string>> {
  const pairs = SLACK_MENTIONS.split(',').flatMap((pair) => {
    const [name = '', id] = pair.split('=').map((part) => part.trim());
    return id === undefined ? [] : [[name, id] as const];
  });
  return Object.fromEntries(pairs);
}
