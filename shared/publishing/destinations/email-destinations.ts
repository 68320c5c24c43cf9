import type { LocalDate } from '../../domain/local-date.ts';
import { uuidV5 } from '../../domain/uuid-v5.ts';
import type { NewestNumbers } from '../../pipeline/newest-mart.ts';
import { isNewOn } from '../../pipeline/wait-for-numbers.ts';
import { type DeliverySubject, type DestinationName, subjectId } from '../../ports/deliveries.ts';
import type { Incidents } from '../../ports/incidents.ts';
import type { Lake } from '../../ports/lake.ts';
import { Mail, type Mailer } from '../../ports/mailer.ts';
import { ServiceUnavailable } from '../../resilience/service-errors.ts';
import type { SharedCircuit } from '../../resilience/shared-circuit.ts';
import { triedAgain } from '../../resilience/tried-again.ts';
import { reportPath } from '../../runs/run-paths.ts';
import { type CatalogIds, insightFor } from '../insights/insight.ts';
import { withInsight } from '../insights/insight-sections.ts';
import { kpiRows } from '../kpi-row.ts';
import { freshnessOf, headlinesOf } from '../report-model.ts';
import { alertInWords } from './alert-destinations.ts';
import type { Content, Destination } from './destination.ts';
import { type NumbersDeps, toldOfDay } from './told-of-day.ts';

// The report of the day by e-mail, to a list; and alerts that could not be posted where they belong. What is kept of a
// message holds no address.

export type EmailSettings = {
  readonly to: readonly string[];
  readonly publicUrl: string | undefined;
};
export type MailDeps = { readonly mailer: Mailer; readonly circuit: SharedCircuit };
type Deps = MailDeps &
  NumbersDeps & {
    readonly lake: Lake;
    readonly incidents: Incidents;
    readonly catalog: CatalogIds;
  };

export function emailDestination(settings: EmailSettings, deps: Deps): Destination {
  return {
    name: 'email',
    tells: 'day',
    render: async (subject) =>
      await toldOfDay(subject, deps, async (newest, day) =>
        mailContent(await reportMail(newest, day, settings, deps)),
      ),
    send: async (content, subject) => await sendMail('email', content, subject, settings.to, deps),
  };
}

/** Takes over what the channel of alerts could not take; tells everything itself where there is no channel. */
export function alertsByEmail(
  settings: EmailSettings & { readonly hasChannel: boolean },
  deps: Deps,
): Destination {
  return {
    name: 'email-alerts',
    tells: 'incident',
    ...(settings.hasChannel && { standsInFor: 'alerts' as const }),
    async render(subject) {
      const incident =
        subject.kind === 'incident' ? (await deps.incidents.get(subject.incident))?.value : undefined;
      return incident && mailContent({ ...alertInWords(incident, settings), attachments: [] });
    },
    send: async (content, subject) => await sendMail('email-alerts', content, subject, settings.to, deps),
  };
}

async function reportMail(
  { run, mart }: NewestNumbers,
  day: LocalDate,
  { publicUrl }: EmailSettings,
  deps: Pick<Deps, 'lake' | 'catalog'>,
): Promise<Mail> {
  const headlines = headlinesOf(kpiRows(mart));
  const count = (status: string): number => headlines.filter((headline) => headline.status === status).length;
  const { sentence } = freshnessOf(mart);
  const text = [
    `${sentence}.${isNewOn(day, run) ? '' : ' No new numbers have come on this day.'}`,
    '',
    ...headlines.map((headline) => `- ${headline.sentence}`),
    '',
    `The whole report is attached.${publicUrl === undefined ? '' : ` The dashboard: ${publicUrl}/api/dashboard`}`,
    `Run ${run.runId}, book ${mart.bookId}.`,
  ].join('\n');
  const report = await deps.lake.read('reports', reportPath(mart.asOf, run.runId, 'html'));
  const insight = await insightFor(mart, deps);
  const whole = report && Buffer.from(withInsight(report.toString('utf8'), 'html', insight));
  const name = `report_${mart.asOf}.html`;
  return {
    subject: `Loan book, ${day}: ${count('critical')} critical, ${count('warning')} warnings`,
    text,
    attachments:
      whole === undefined ? [] : [{ name, contentType: 'text/html', base64: whole.toString('base64') }],
  };
}

export function mailContent(mail: Mail): Content {
  return { body: JSON.stringify(mail, null, 2), contentType: 'application/json' };
}

/** Two of one destination about the same are one message. */
export async function sendMail(
  destination: DestinationName,
  { body }: Content,
  subject: DeliverySubject,
  to: readonly string[],
  { mailer, circuit }: MailDeps,
): Promise<void> {
  const mail = Mail.parse(JSON.parse(body));
  const id = uuidV5(`${destination}/${subjectId(subject)}`);
  // The service knows an operation by its id: what it has taken before is not sent again.
  await triedAgain(() =>
    circuit.run(
      async () => await mailer.send(mail, to, id),
      (error) => error instanceof ServiceUnavailable,
    ),
  );
}
