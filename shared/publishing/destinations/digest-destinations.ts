import { type DailyDuties, DUTY_NAMES, type Duty } from '../../duties/daily-duties.ts';
import { keptDuties } from '../../duties/look-at-duties.ts';
import type { DeliverySubject } from '../../ports/deliveries.ts';
import type { Lake } from '../../ports/lake.ts';
import type { AlertSettings } from './alert-destinations.ts';
import type { Content, Destination } from './destination.ts';
import { type MailDeps, mailContent, sendMail } from './email-destinations.ts';
import { type Block, context, escaped, section, sections, slackMessage } from './slack-message.ts';
import { type SlackDeps, SlackPoster } from './slack-poster.ts';

// The morning digest: whether the four duties of the day are done, and what they found. Every channel tells the same, as
// it was found once.

export const DIGEST_CHANNEL = 'devops-alerts';

type DigestSettings = Pick<AlertSettings, 'baseUrl' | 'channelPrefix' | 'publicUrl'>;

export function digestDestination(
  settings: DigestSettings,
  deps: SlackDeps & { readonly lake: Lake },
): Destination {
  const slack = new SlackPoster(settings, deps);
  return {
    name: 'digest',
    tells: 'duties',
    async render(subject) {
      const found = await dutiesOf(subject, deps.lake);
      return found && digestMessage(found, settings);
    },
    send: async ({ body }) => void (await slack.post(body, { webhook: `slack-webhook-${DIGEST_CHANNEL}` })),
  };
}

export function digestByEmail(
  settings: { readonly to: readonly string[]; readonly publicUrl: string | undefined },
  deps: MailDeps & { readonly lake: Lake },
): Destination {
  return {
    name: 'email-digest',
    tells: 'duties',
    async render(subject) {
      const found = await dutiesOf(subject, deps.lake);
      return found && mailContent({ ...digestInWords(found, settings.publicUrl), attachments: [] });
    },
    send: async (content, subject) => await sendMail('email-digest', content, subject, settings.to, deps),
  };
}

async function dutiesOf(subject: DeliverySubject, lake: Lake): Promise<DailyDuties | undefined> {
  return subject.kind === 'day' ? await keptDuties(subject.day, lake) : undefined;
}

const MARK: Readonly<Record<Duty['verdict'], string>> = {
  fine: ':white_check_mark:',
  look: ':warning:',
  unknown: ':grey_question:',
};
const WORD: Readonly<Record<Duty['verdict'], string>> = {
  fine: 'in order',
  look: 'to be looked at',
  unknown: 'could not be looked at',
};

export function digestMessage(found: DailyDuties, { channelPrefix, publicUrl }: DigestSettings): Content {
  const title = titleOf(found);
  const links = publicUrl === undefined ? '' : `<${publicUrl}/api/dashboard|Dashboard> · `;
  const blocks: readonly Block[] = [
    { type: 'header', text: { type: 'plain_text', text: title } },
    ...found.duties.flatMap(({ duty, verdict, sentence, details }) => [
      section(`${MARK[verdict]} *${DUTY_NAMES[duty]}*: ${escaped(sentence)}`),
      ...sections(details.map((detail) => `• ${escaped(detail)}`)),
    ]),
    ...sections(plannedLines(found).map((line) => escaped(line))),
    context(`${links}looked at ${found.lookedAt}`),
  ];
  return slackMessage({ channel: `${channelPrefix}${DIGEST_CHANNEL}`, text: title, blocks });
}

function digestInWords(
  found: DailyDuties,
  publicUrl: string | undefined,
): { readonly subject: string; readonly text: string } {
  const lines = found.duties.flatMap(({ duty, verdict, sentence, details }) => [
    `${DUTY_NAMES[duty]}: ${WORD[verdict]}`,
    sentence,
    ...details.map((detail) => `- ${detail}`),
    '',
  ]);
  const planned = plannedLines(found).flatMap((line, at, all) =>
    at === all.length - 1 ? [line, ''] : [line],
  );
  const link = publicUrl === undefined ? [] : [`Dashboard: ${publicUrl}/api/dashboard`];
  return {
    subject: titleOf(found),
    text: [...lines, ...planned, ...link, `Looked at ${found.lookedAt}.`].join('\n'),
  };
}

/** What falls due today, for a person to do. */
function plannedLines({ planned }: DailyDuties): readonly string[] {
  if (planned.length === 0) return [];
  return ['Due today:', ...planned.map(({ what, how, cadence }) => `• ${what} (${cadence}): ${how}`)];
}

function titleOf({ day, duties }: DailyDuties): string {
  const fine = duties.filter(({ verdict }) => verdict === 'fine').length;
  return `Morning digest of ${day}: ${fine} of ${duties.length} in order`;
}
