import { z } from 'zod';
import { DestinationName } from '../../ports/deliveries.ts';
import { type Given, trimmed, uri } from '../../setting-kinds.ts';
import {
  MODEL_ENVIRONMENT,
  type ModelSettings,
  modelSettings,
  problemsOfModel,
} from '../insights/model-settings.ts';
import { EMAIL_ENVIRONMENT, emailSettings, problemsOfEmail } from './email-settings.ts';
import type { FigmaSettings } from './figma/figma-destination.ts';
import { FIGMA_ENVIRONMENT, figmaSettings, problemsOfFigma } from './figma/figma-settings.ts';
import type { LineageSettings } from './lineage-destination.ts';
import { LINEAGE_ENVIRONMENT, lineageSettings, problemsOfLineage } from './lineage-settings.ts';
import type { NotionSettings } from './notion/notion-destination.ts';
import { NOTION_ENVIRONMENT, notionSettings, problemsOfNotion } from './notion/notion-settings.ts';
import { PAGERDUTY_ENVIRONMENT, type PagerDutySettings, pagerDutySettings } from './pagerduty-settings.ts';
import {
  judgeSupabaseNames,
  POSTGRES_ENVIRONMENT,
  type PostgresSettings,
  postgresSettings,
} from './postgres-settings.ts';
import { calledInVain, SLACK_ENVIRONMENT, slackSettings } from './slack-settings.ts';

// The settings of all destinations together; each has its own beside it.

export type DestinationSettings = {
  readonly inUse: readonly DestinationName[];
  /** Without it everything is made and kept as it would be sent, and nothing is. */
  readonly sends: boolean;
  readonly lineage: LineageSettings | undefined;
  readonly postgres: PostgresSettings;
  readonly slack: ReturnType<typeof slackSettings>;
  readonly pagerduty: PagerDutySettings;
  readonly email: ReturnType<typeof emailSettings>;
  readonly notion: NotionSettings | undefined;
  readonly figma: FigmaSettings | undefined;
  /** The language model that is asked for a few sentences. */
  readonly insights: ModelSettings | undefined;
};

/** `lineage,slack`, each once or more. */
const DESTINATION_LIST = new RegExp(
  `^\\s*(${DestinationName.options.join('|')})(\\s*,\\s*(${DestinationName.options.join('|')}))*\\s*$`,
);

export const DESTINATION_ENVIRONMENT = {
  DESTINATIONS: z
    .string()
    .regex(
      DESTINATION_LIST,
      `it must be a list of ${DestinationName.options.join(', ')}, with commas between`,
    )
    .optional()
    .describe('Where results go, such as "lineage,slack"; nowhere without it'),
  DELIVERIES: z
    .enum(['send', 'keep'])
    .optional()
    .describe(
      'send, which is usual; keep: everything is made and kept as it would be sent, and nothing is sent',
    ),
  ...LINEAGE_ENVIRONMENT,
  ...POSTGRES_ENVIRONMENT,
  ...SLACK_ENVIRONMENT,
  ...EMAIL_ENVIRONMENT,
  ...PAGERDUTY_ENVIRONMENT,
  ...NOTION_ENVIRONMENT,
  ...FIGMA_ENVIRONMENT,
  ...MODEL_ENVIRONMENT,
  PUBLIC_URL: uri('Where the product answers, for links in messages'),
};
type DestinationGiven = Given<typeof DESTINATION_ENVIRONMENT>;

/** Where results go. */
export function destinationSettings(given: DestinationGiven, environment: string): DestinationSettings {
  const publicUrl = trimmed(given.PUBLIC_URL);
  return {
    inUse: inUseOf(given),
    sends: given.DELIVERIES !== 'keep',
    lineage: lineageSettings(given),
    postgres: postgresSettings(given),
    slack: slackSettings(given, { environment, publicUrl }),
    email: emailSettings(given, { publicUrl }),
    pagerduty: pagerDutySettings(given),
    notion: notionSettings(given, { publicUrl }),
    figma: figmaSettings(given),
    insights: modelSettings(given),
  };
}

/** What those in use lack, one sentence each. */
export function judgeDestinations(
  given: DestinationGiven,
  env: Readonly<Record<string, string | undefined>>,
  { hasVault }: { readonly hasVault: boolean },
): { readonly problems: readonly string[]; readonly warnings: readonly string[] } {
  const inUse = inUseOf(given);
  const uses = (...names: DestinationName[]): boolean => names.some((name) => inUse.includes(name));
  const supabase = judgeSupabaseNames(given, env, { isInUse: uses('postgres'), hasVault });
  return {
    problems: [
      ...(uses('lineage') ? problemsOfLineage(given) : []),
      ...(uses('notion') ? problemsOfNotion(given) : []),
      ...(uses('figma') ? problemsOfFigma(given) : []),
      ...(uses('insights') ? problemsOfModel(given) : []),
      ...(uses('email', 'email-alerts', 'email-digest', 'email-monthly') ? problemsOfEmail(given) : []),
      ...supabase.problems,
    ],
    warnings: [
      ...supabase.warnings,
      ...(uses('alerts', 'briefing') ? calledInVain(given) : []),
      ...(inUse.length > 0 && given.DELIVERIES === 'keep'
        ? [
            'DELIVERIES is keep: what is to be told is kept in reports/deliveries, and nobody is told, of alerts neither.',
          ]
        : []),
    ],
  };
}

function inUseOf({ DESTINATIONS = '' }: DestinationGiven): readonly DestinationName[] {
  const names = DESTINATIONS.split(',').map((name) => name.trim());
  return DestinationName.options.filter((name) => names.includes(name));
}
