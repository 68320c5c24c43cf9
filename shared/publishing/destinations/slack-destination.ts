import type { LocalDate } from '../../domain/local-date.ts';
import type { NewestNumbers } from '../../pipeline/newest-mart.ts';
import { isNewOn } from '../../pipeline/wait-for-numbers.ts';
import type { Lake } from '../../ports/lake.ts';
import { type CatalogIds, type Insight, insightFor } from '../insights/insight.ts';
import { insightBlocks } from '../insights/insight-blocks.ts';
import { type KpiRow, kpiRows } from '../kpi-row.ts';
import { freshnessOf, headlinesOf } from '../report-model.ts';
import type { Content, Destination } from './destination.ts';
import { type Block, context, escaped, linksTo, section, sections, slackMessage } from './slack-message.ts';
import { type SlackDeps, SlackPoster } from './slack-poster.ts';
import { type NumbersDeps, toldOfDay } from './told-of-day.ts';

// The daily summary in Slack: how things stand, what is outside its limits, and from which run the numbers come.

const MOST_LINES = 20;

/** What a lender is asked for first. */
export const IN_FRONT: readonly string[] = [
  'port.outstanding',
  'risk.par_30',
  'risk.par_90',
  'risk.collection_rate',
  'risk.collection_efficiency',
  'risk.portfolio_health',
];

export type SlackSettings = {
  readonly baseUrl: string;
  /** Such as `#fintech-reports`. */
  readonly reportsChannel: string;
  /** Where the product answers; links are left out without it. */
  readonly publicUrl: string | undefined;
};
type Deps = SlackDeps &
  NumbersDeps & {
    readonly lake: Lake;
    readonly catalog: CatalogIds;
  };

export function slackDestination(settings: SlackSettings, deps: Deps): Destination {
  const slack = new SlackPoster(settings, deps);
  return {
    name: 'slack',
    tells: 'day',
    render: async (subject) =>
      await toldOfDay(subject, deps, async (newest, day) => {
        const insight = await insightFor(newest.mart, deps);
        return dailySummary({ day, insight, ...newest }, settings);
      }),
    send: async ({ body }) => void (await slack.post(body, { webhook: 'slack-webhook-reports' })),
  };
}

type Told = NewestNumbers & { readonly day: LocalDate; readonly insight?: Insight | undefined };

/** The message for the day, the same for the same numbers. */
export function dailySummary(
  { day, run, mart, insight }: Told,
  { reportsChannel, publicUrl }: SlackSettings,
): Content {
  const rows = kpiRows(mart);
  const { sentence } = freshnessOf(mart);
  const title = `Loan book, daily summary of ${day}`;
  const age = isNewOn(day, run) ? '' : ' No new numbers have come on this day.';
  const front = IN_FRONT.flatMap((id) => rows.filter((row) => row.id === id));
  const outside = headlinesOf(rows).filter(({ status }) => status === 'critical' || status === 'warning');
  const said = outside.slice(0, MOST_LINES).map(({ status, sentence: what }) => `${MARK[status]} ${what}`);
  if (outside.length > MOST_LINES) said.push(`… and ${outside.length - MOST_LINES} more, on the dashboard.`);
  const blocks: readonly Block[] = [
    { type: 'header', text: { type: 'plain_text', text: title } },
    section(`*${escaped(sentence)}*${age && `.${age}`}`),
    ...sections(front.map(lineOf)),
    ...(said.length > 0
      ? sections(said.map(escaped))
      : [section(':white_check_mark: Everything is within its limits.')]),
    ...insightBlocks(insight),
    context(`${linksTo(mart, publicUrl)}run ${run.runId} · book ${mart.bookId}`),
  ];
  return slackMessage({ channel: reportsChannel, text: `${title}: ${escaped(sentence)}`, blocks });
}

const MARK = {
  critical: ':red_circle:',
  warning: ':large_orange_circle:',
  ok: '',
  'not-computable': '',
} as const;

function lineOf({ name, shown, statusWord, limits, change }: KpiRow): string {
  const parts = [
    `*${escaped(name)}*: ${escaped(shown)}`,
    ...(limits === undefined ? [] : [escaped(statusWord)]),
    ...(limits === undefined ? [] : [escaped(limits)]),
    ...(change === undefined ? [] : [escaped(`${change.shown} since ${change.since}`)]),
  ];
  return parts.join(' · ');
}
