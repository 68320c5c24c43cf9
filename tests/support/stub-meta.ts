import { z } from 'zod';
import { type StubAnswer, type StubFault, type StubRequest, StubServer } from './stub-server.ts';

// Meta's Graph interface as far as the product asks it: a report is ordered, waited for, and fetched page by page.
// Figures are text, and one that is zero is left out.

export const META_TOKEN = 'EAAstub';
export const META_ACCOUNT = '1234567890';

export type StubInsight = {
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly date_start: string;
  readonly date_stop: string;
  readonly spend?: string;
  readonly impressions?: string;
  readonly clicks?: string;
  readonly actions?: readonly { readonly action_type: string; readonly value: string }[];
};

const Order = z.object({
  level: z.literal('campaign'),
  fields: z.string(),
  time_increment: z.literal(1),
  time_range: z.object({ since: z.iso.date(), until: z.iso.date() }),
});
type Report = z.infer<typeof Order>['time_range'] & {
  polls: number;
  isDone: boolean;
  readonly fields: readonly string[];
};

const MS_PER_DAY = 86_400_000;

export class StubMeta {
  readonly server: StubServer;
  token = META_TOKEN;
  insights: StubInsight[] = [];
  /** A report of more days than this fails. */
  mostDays = 1_000;
  /** How often a report is asked after until it is done. */
  pollsUntilDone = 2;
  /** The most records of a page, whatever is asked for. */
  page = 500;
  /** The most reports that were being made at one time. */
  mostUnderWay = 0;
  /** The windows that were ordered. */
  readonly ordered: { readonly since: string; readonly until: string }[] = [];
  readonly #reports = new Map<string, Report>();

  private constructor(server: StubServer) {
    this.server = server;
  }

  static async open(): Promise<StubMeta> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubMeta(server);
    return stub;
  }

  #answer(request: StubRequest): StubAnswer {
    if (request.headers.authorization !== `Bearer ${this.token}`) return metaError(190);
    const path = /^\/v\d+\.\d+\/(.*)$/.exec(request.path)?.[1];
    if (request.method === 'POST' && path === `act_${META_ACCOUNT}/insights`)
      return this.#order(request.json);
    const [, id = '', part] = /^(\d+)(\/insights)?$/.exec(path ?? '') ?? [];
    const report = this.#reports.get(id);
    if (report === undefined) return metaError(100);
    return part === undefined ? this.#progress(id, report) : this.#page(report, request.query);
  }

  #order(json: unknown): StubAnswer {
    const parsed = Order.safeParse(json);
    if (!parsed.success) return metaError(100);
    const { time_range: days, fields } = parsed.data;
    this.ordered.push(days);
    const id = String(6_023_920_149_050_000 + this.#reports.size);
    this.#reports.set(id, { ...days, polls: 0, isDone: false, fields: fields.split(',') });
    const underWay = [...this.#reports.values()].filter((report) => !report.isDone);
    this.mostUnderWay = Math.max(this.mostUnderWay, underWay.length);
    return { body: { report_run_id: id } };
  }

  #progress(id: string, report: Report): StubAnswer {
    report.polls += 1;
    const days = (Date.parse(report.until) - Date.parse(report.since)) / MS_PER_DAY + 1;
    const isDone = report.polls >= this.pollsUntilDone;
    report.isDone = isDone;
    const done = days > this.mostDays ? 'Job Failed' : 'Job Completed';
    return {
      body: {
        id,
        async_status: isDone ? done : 'Job Running',
        async_percent_completion: isDone ? 100 : 40,
      },
    };
  }

  #page({ since, until, fields }: Report, query: URLSearchParams): StubAnswer {
    const within = this.insights.filter(({ date_start }) => date_start >= since && date_start <= until);
    const offset = Number(Buffer.from(query.get('after') ?? '', 'base64').toString('utf8'));
    const limit = Math.min(this.page, Number(query.get('limit') ?? 25));
    const reached = offset + limit;
    const cursor = (at: number): string => Buffer.from(String(at)).toString('base64');
    const paging = {
      cursors: { before: cursor(offset), after: cursor(reached) },
      ...(reached < within.length && {
        next: `https://graph.facebook.com/insights?access_token=${this.token}&after=${cursor(reached)}`,
      }),
    };
    const data = within
      .slice(offset, reached)
      .map((insight) =>
        Object.fromEntries(Object.entries(insight).filter(([name]) => fields.includes(name))),
      );
    return { body: { data, ...(data.length > 0 && { paging }) } };
  }
}

/** Graph's errors come with status 400, whatever they mean. */
export function metaError(code: number): StubAnswer {
  return {
    status: 400,
    body: {
      error: { message: 'refused by the stub', type: 'OAuthException', code, fbtrace_id: 'A1b2C3' },
    },
  };
}

export const metaFault =
  (code: number): StubFault =>
  () =>
    metaError(code);
