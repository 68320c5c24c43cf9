import { z } from 'zod';
import { DatasetId } from '../../domain/ids.ts';
import { addDays, LocalDate, localDateOf, toEpochDay } from '../../domain/local-date.ts';
import type {
  PullWindow,
  SourceClient,
  SourceDataset,
  SourcePage,
  SourceRecord,
} from '../../ports/source-client.ts';
import { ServiceUnavailable, SourceNotConfigured } from '../../resilience/service-errors.ts';
import { bearer, type CallRule, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import type { TokenBucket } from '../../resilience/token-bucket.ts';

// Meta's Graph interface: a report of insights is ordered, waited for, and fetched page by page. Figures of the last
// weeks are revised, so these are fetched anew each time.

export const META_HOSTS = ['graph.facebook.com'];

export const META_RULE: CallRule = {
  retries: 3,
  firstDelayMs: 1_500,
  longestDelayMs: 120_000,
  timeoutMs: 30_000,
  mostBytes: 20_000_000,
  atOnce: 2,
};

/** For all pulls of a process together. */
export const META_BUDGET = { perMinute: 120, burst: 20 };
const REVISED_DAYS = 28;
/** Graph keeps 37 months. */
const HISTORY_DAYS = 37 * 30;
const MOST_DAYS_AT_ONCE = 90;
/** So many reports are being made at a time: the first pull orders thirteen, and each may take minutes. */
const REPORTS_AT_ONCE = 4;
const PAGE = 500;
const FIELDS = [
  'campaign_id',
  'campaign_name',
  'spend',
  'impressions',
  'clicks',
  'ctr',
  'cpp',
  'cpc',
  'actions',
  'account_currency',
  'date_start',
  'date_stop',
];

/** Graph's codes for calls that came too often, and for a token that has run out. */
const THROTTLED = new Set([4, 17, 32, 613, 80_000, 80_003, 80_004, 80_014]);
const TOKEN_REFUSED = new Set([102, 190]);

const Ordered = z.object({ report_run_id: z.union([z.string(), z.number()]).transform(String) });
const Progress = z.object({ async_status: z.string(), async_percent_completion: z.number().optional() });
const Insights = z.object({
  data: z.array(z.looseObject({ campaign_id: z.string(), date_start: LocalDate })),
  paging: z
    .object({ cursors: z.object({ after: z.string() }).optional(), next: z.string().optional() })
    .optional(),
});
const Refusal = z.object({ error: z.looseObject({ code: z.number() }) });

export type MetaSettings = {
  readonly baseUrl: string;
  /** Such as `v24.0`; they run out after two years. */
  readonly graphVersion: string;
  /** With or without `act_`; without an account there is nothing to ask for. */
  readonly account: string | undefined;
  readonly pollMs?: number;
  readonly reportTimeoutMs?: number;
  readonly rule?: Partial<CallRule>;
};
type Deps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly pause: (ms: number) => Promise<void>;
  readonly budget: TokenBucket;
};

export const META_INSIGHTS = DatasetId.parse('meta/insights');

export class MetaClient implements SourceClient {
  readonly source = 'meta';
  readonly datasets: readonly SourceDataset[] = [
    {
      dataset: META_INSIGHTS,
      merge: {
        identity: ({ campaign_id, adset_id = '', ad_id = '', date_start }) =>
          [campaign_id, adset_id, ad_id, date_start].map(String).join('|'),
        supersedes: ({ date_start }, { days }) =>
          days !== undefined && String(date_start) >= days.from && String(date_start) <= days.to,
      },
      window: ({ watermark, now }) => ({ days: usualDays(watermark, now) }),
      watermark: ({ days }, now) => days?.to ?? localDateOf(now),
      backfill: 'days',
    },
  ];
  readonly #settings: MetaSettings;
  readonly #http: ServiceHttp;
  readonly #deps: Deps;

  constructor(settings: MetaSettings, deps: Deps) {
    this.#settings = settings;
    this.#deps = deps;
    this.#http = new ServiceHttp(
      'Meta',
      { ...META_RULE, ...settings.rule },
      {
        ...deps,
        secret: 'meta-system-user-token',
        authorise: bearer,
        meaningOf: (_status, body) => meaningOf(body),
      },
    );
  }

  get cost() {
    return this.#http.cost;
  }

  async *pull(_dataset: DatasetId, { days }: PullWindow): AsyncGenerator<SourcePage> {
    const spans = spansOf(days ?? usualDays(undefined, this.#deps.clock.now()));
    let isOver = false;
    const order = (span: Span): Report => ({ span, id: this.#finished(span, () => isOver) });
    try {
      const reports = spans.splice(0, REPORTS_AT_ONCE).map(order);
      for (let first = reports.shift(); first !== undefined; first = reports.shift()) {
        const id = await first.id;
        reports.push(...spans.splice(0, 1).map(order));
        // One that fails or takes too long is ordered in two halves.
        if (id === undefined) reports.unshift(...halvesOf(first.span).map(order));
        else yield* this.#pagesOf(id);
      }
    } finally {
      // Also when one of them cannot be had: nobody waits for the others then.
      isOver = true;
    }
  }

  async *#pagesOf(report: string): AsyncGenerator<SourcePage> {
    let after: string | undefined;
    do {
      const query = new URLSearchParams({ limit: String(PAGE) });
      if (after !== undefined) query.set('after', after);
      const url = this.#url(`/${report}/insights?${query.toString()}`);
      const { data, paging } = await this.#http.json({ url, bucket: this.#deps.budget }, Insights);
      yield { kind: 'records', records: data.map(withEveryField) };
      // `next` is an address with the token in it: only its cursor is used.
      after = paging?.next === undefined ? undefined : paging.cursors?.after;
    } while (after !== undefined);
  }

  /** The id of a report that is done; undefined when it failed, was not done in time, or is not wanted any more. */
  #finished(span: Span, isOver: () => boolean): Promise<string | undefined> {
    const finished = this.#waitedFor(span, isOver);
    // It may fail while another one is waited for; whoever waits for this one hears of it.
    finished.catch(() => undefined);
    return finished;
  }

  async #waitedFor({ from, to }: Span, isOver: () => boolean): Promise<string | undefined> {
    const { pollMs = 2_000, reportTimeoutMs = 300_000, account } = this.#settings;
    const { clock, pause } = this.#deps;
    if (account === undefined) throw new SourceNotConfigured('META_AD_ACCOUNT_ID is not set');
    const json = {
      level: 'campaign',
      fields: FIELDS.join(','),
      time_increment: 1,
      time_range: { since: from, until: to },
    };
    const path = `/act_${account.replace(/^act_/, '')}/insights`;
    const order = { method: 'POST', url: this.#url(path), json, bucket: this.#deps.budget } as const;
    const { report_run_id: report } = await this.#http.json(order, Ordered);
    const deadline = clock.now().getTime() + reportTimeoutMs;
    while (!isOver() && clock.now().getTime() < deadline) {
      const url = this.#url(`/${report}?fields=async_status,async_percent_completion`);
      const { async_status: status } = await this.#http.json({ url, bucket: this.#deps.budget }, Progress);
      if (status === 'Job Completed') return report;
      if (status === 'Job Failed' || status === 'Job Skipped') return undefined;
      await pause(pollMs);
    }
    return undefined;
  }

  #url(path: string): string {
    return `${this.#settings.baseUrl}/${this.#settings.graphVersion}${path}`;
  }
}

type Span = { readonly from: LocalDate; readonly to: LocalDate };
type Report = { readonly span: Span; readonly id: Promise<string | undefined> };

/** The days in parts that one report may have, oldest first. */
function spansOf({ from, to }: Span): Span[] {
  const spans: Span[] = [];
  for (let start = from; start <= to; start = addDays(start, MOST_DAYS_AT_ONCE)) {
    const end = addDays(start, MOST_DAYS_AT_ONCE - 1);
    spans.push({ from: start, to: end < to ? end : to });
  }
  return spans;
}

function halvesOf({ from, to }: Span): readonly Span[] {
  const length = toEpochDay(to) - toEpochDay(from) + 1;
  if (length === 1) throw new ServiceUnavailable(`Meta could not make the report of ${from}`);
  const middle = addDays(from, Math.floor(length / 2));
  return [
    { from, to: addDays(middle, -1) },
    { from: middle, to },
  ];
}

/** Up to yesterday, since the day that is running is not over. */
function usualDays(watermark: string | undefined, now: Date): { from: LocalDate; to: LocalDate } {
  const to = addDays(localDateOf(now), -1);
  const revised = addDays(to, 1 - REVISED_DAYS);
  if (watermark === undefined) return { from: addDays(to, 1 - HISTORY_DAYS), to };
  const known = addDays(LocalDate.parse(watermark), 1);
  return { from: known < revised ? known : revised, to };
}

/**
 * Graph leaves a figure out where it is zero, which may be so in all records of an account. The contract has what people
 * did as JSON text.
 */
function withEveryField(record: SourceRecord): SourceRecord {
  const { actions } = record;
  const blank = Object.fromEntries(FIELDS.map((field) => [field, null]));
  return { ...blank, ...record, ...(actions !== undefined && { actions: JSON.stringify(actions) }) };
}

function meaningOf(body: string): 'throttled' | 'credentials' | undefined {
  try {
    const parsed = Refusal.safeParse(JSON.parse(body));
    if (!parsed.success) return undefined;
    const { code } = parsed.data.error;
    return THROTTLED.has(code) ? 'throttled' : TOKEN_REFUSED.has(code) ? 'credentials' : undefined;
  } catch {
    return undefined;
  }
}
