import { z } from 'zod';
import { EVERYWHERE, type ServiceTrouble, type TroubleKind, type Weather } from './service-trouble.ts';
import { FIGMA_TOKEN, FILE_KEY, StubFigma } from './stub-figma.ts';
import { MODEL, MODEL_KEY, StubModel } from './stub-model.ts';
import { NOTION_TOKEN, PERSON, StubNotion } from './stub-notion.ts';
import { StubServer } from './stub-server.ts';

// The places that results go to, on this machine, as far as they can tell what came twice: PagerDuty by its dedup key,
// the e-mail service by the id of an operation, a lineage endpoint by run and kind of event. Slack and a language model
// cannot; in Notion and Figma it can be read what is there.

const SlackMessage = z.looseObject({ channel: z.string(), text: z.string() });
const PagerEvent = z.looseObject({ event_action: z.enum(['trigger', 'resolve']), dedup_key: z.string() });
const LineageEvent = z.looseObject({ eventType: z.string(), run: z.looseObject({ runId: z.string() }) });

export const MAIL_KEY = Buffer.from('a key that only tests have').toString('base64');

type Apps = { readonly notion: StubNotion; readonly figma: StubFigma; readonly model: StubModel };

export class StubDestinations {
  readonly slack: StubServer;
  readonly pagerDuty: StubServer;
  readonly lineage: StubServer;
  readonly mail: StubServer;
  readonly notion: StubNotion;
  readonly figma: StubFigma;
  readonly model: StubModel;
  /** In Notion: the page that reports lie below, and the database of KPIs. */
  workspace = { reportsPage: '', database: '' };
  /** Every message in a channel, as it came. */
  readonly posted: string[] = [];
  /** What whoever is on call has been called for, and whether it is over. */
  readonly pages = new Map<string, { calls: number; isOpen: boolean }>();
  /** Run and kind of event, with every wording that came. */
  readonly events = new Map<string, Set<string>>();
  readonly mails = new Map<string, string>();
  /** Requests that came again after they had taken effect. */
  repeats = 0;

  private constructor(
    servers: readonly [StubServer, StubServer, StubServer, StubServer],
    { notion, figma, model }: Apps,
  ) {
    [this.slack, this.pagerDuty, this.lineage, this.mail] = servers;
    this.notion = notion;
    this.figma = figma;
    this.model = model;
    this.#makeWorkspace();
    this.slack.answerWith(({ body }) => {
      SlackMessage.parse(JSON.parse(body));
      this.posted.push(body);
      return { body: { ok: true } };
    });
    this.pagerDuty.answerWith(({ json }) => this.#page(PagerEvent.parse(json)));
    this.lineage.answerWith(({ json, body }) => this.#tell(LineageEvent.parse(json), body));
    this.mail.answerWith(({ method, path, headers, body }) => {
      const id = method === 'POST' ? String(headers['operation-id']) : (path.split('/').at(-1) ?? '');
      if (method === 'GET') return { body: { id, status: 'Succeeded' } };
      if (this.mails.has(id)) this.repeats += 1;
      else this.mails.set(id, body);
      return {
        status: 202,
        headers: { 'operation-location': `${this.mail.url}/emails/operations/${id}` },
        body: { id, status: 'Running' },
      };
    });
  }

  /** `now` is the clock that Notion counts requests by. */
  static async open(now: () => number): Promise<StubDestinations> {
    const open = () => StubServer.open(() => ({ status: 500 }));
    return new StubDestinations([await open(), await open(), await open(), await open()], {
      notion: await StubNotion.open(now),
      figma: await StubFigma.open(),
      model: await StubModel.open(),
    });
  }

  /** The settings under which the product reaches them. */
  settings(): Record<string, string> {
    return {
      OPENLINEAGE_URL: `${this.lineage.url}/api/v1/lineage`,
      SLACK_BASE_URL: this.slack.url,
      SLACK_BOT_TOKEN: 'xoxb-of-a-stub',
      PAGERDUTY_BASE_URL: this.pagerDuty.url,
      PAGERDUTY_ROUTING_KEY: 'key-of-a-stub',
      COMMUNICATION_CONNECTION: `endpoint=${this.mail.url}/;accesskey=${MAIL_KEY}`,
      EMAIL_FROM: 'reports@abaco.example',
      EMAIL_TO: 'risk@abaco.example',
      NOTION_BASE_URL: this.notion.server.url,
      NOTION_TOKEN,
      NOTION_REPORTS_PAGE_ID: this.workspace.reportsPage,
      NOTION_DATABASE_ID: this.workspace.database,
      FIGMA_BASE_URL: this.figma.server.url,
      FIGMA_TOKEN,
      FIGMA_FILE_KEY: FILE_KEY,
      INSIGHTS_MODEL: MODEL,
      INSIGHTS_ENDPOINT: this.model.server.url,
      OPENAI_API_KEY: MODEL_KEY,
    };
  }

  trouble(trouble: ServiceTrouble, weather: Weather): void {
    const kinds: readonly TroubleKind[] = EVERYWHERE;
    const all: [TroubleKind, ...TroubleKind[]] = ['refused', ...kinds];
    trouble.over(this.slack, 'slack', all, weather);
    trouble.over(this.pagerDuty, 'pagerduty', all, weather);
    trouble.over(this.lineage, 'lineage', all, weather);
    // Its key signs each request: there is none that is refused once.
    trouble.over(this.mail, 'email', ['error', ...kinds], weather);
    trouble.over(this.notion.server, 'notion', ['conflict', ...all], weather);
    trouble.over(this.figma.server, 'figma', all, weather);
    trouble.over(this.model.server, 'insights', all, weather);
  }

  reset(): void {
    for (const server of this.#all()) server.reset();
    this.notion.reset();
    this.figma.reset();
    this.model.reset();
    this.#makeWorkspace();
    this.posted.length = 0;
    this.repeats = 0;
    for (const effects of [this.pages, this.events, this.mails]) effects.clear();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all().map((server) => server.close()));
  }

  #makeWorkspace(): void {
    const reportsPage = this.notion.put('workspace', PERSON);
    this.workspace = { reportsPage, database: this.notion.putDatabase({ Name: 'title' }) };
  }

  #page({ event_action, dedup_key }: z.infer<typeof PagerEvent>) {
    const page = this.pages.get(dedup_key) ?? { calls: 0, isOpen: false };
    const isTrigger = event_action === 'trigger';
    if (isTrigger === page.isOpen) this.repeats += 1;
    if (isTrigger && !page.isOpen) page.calls += 1;
    this.pages.set(dedup_key, { ...page, isOpen: isTrigger });
    return { status: 202, body: { status: 'success' } };
  }

  #tell({ eventType, run }: z.infer<typeof LineageEvent>, body: string) {
    const key = `${run.runId} ${eventType}`;
    const wordings = this.events.get(key);
    if (wordings !== undefined) this.repeats += 1;
    this.events.set(key, (wordings ?? new Set()).add(body));
    return { status: 201, body: {} };
  }

  #all(): readonly StubServer[] {
    const apps = [this.notion, this.figma, this.model].map(({ server }) => server);
    return [this.slack, this.pagerDuty, this.lineage, this.mail, ...apps];
  }
}
