import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DatasetId } from '../../domain/ids.ts';
import type { EgressAnswer } from '../../ports/egress.ts';
import type { FileExtension, SourceClient, SourceDataset, SourcePage } from '../../ports/source-client.ts';
import { type Sealed, seal, unseal } from '../../privacy/sealed.ts';
import { AnswerChanged, CredentialsRefused } from '../../resilience/service-errors.ts';
import { type CallRule, isHtml, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import type { TokenBucket } from '../../resilience/token-bucket.ts';

// Cascade gives exports: what its pages show, as files. A session that has ended shows a login page in their place.

export const CASCADE_HOSTS = ['app.cascadedebt.com', 'staging.cascadedebt.com'];

export const CASCADE_RULE: CallRule = {
  retries: 3,
  firstDelayMs: 1_500,
  longestDelayMs: 120_000,
  timeoutMs: 120_000,
  mostBytes: 500_000_000,
  atOnce: 2,
};

/** For all pulls of a process together. */
export const CASCADE_BUDGET = { perMinute: 60, burst: 5 };
const SECRET = 'cascade-session-cookie';

const EXPORTS = [
  { dataset: DatasetId.parse('cascade/loan_tape'), path: '/data/exports/loan-tape' },
  { dataset: DatasetId.parse('cascade/analytics'), path: '/analytics/risk/overview' },
  { dataset: DatasetId.parse('manual/financial_statements'), path: '/analytics/financials/statements' },
] as const;

const Analytics = z.looseObject({
  metadata: z.looseObject({ partner_id: z.string().optional() }).optional(),
});

export type CascadeSettings = {
  readonly baseUrl: string;
  readonly portfolio: string;
  /** Replaces the address of the loan tape. */
  readonly exportUrl?: string | undefined;
  /** The secret is sent as a cookie of this name; without it as `Authorization`. */
  readonly cookieName?: string | undefined;
  readonly rule?: Partial<CallRule>;
};
type Deps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf'> & {
  readonly budget: TokenBucket;
};

export class CascadeClient implements SourceClient {
  readonly source = 'cascade';
  readonly datasets: readonly SourceDataset[] = EXPORTS.map(({ dataset }) => ({
    dataset,
    window: () => ({}),
    watermark: (_window, now) => now.toISOString(),
    backfill: 'none',
  }));
  readonly #settings: CascadeSettings;
  readonly #http: ServiceHttp;
  readonly #budget: TokenBucket;

  constructor(settings: CascadeSettings, deps: Deps) {
    this.#settings = settings;
    this.#budget = deps.budget;
    this.#http = new ServiceHttp(
      'Cascade',
      { ...CASCADE_RULE, ...settings.rule },
      {
        ...deps,
        secret: SECRET,
        authorise: (value) => credentialHeaders(value, settings.cookieName),
      },
    );
  }

  get cost() {
    return this.#http.cost;
  }

  async *pull(dataset: DatasetId): AsyncGenerator<SourcePage> {
    const url = this.#urlOf(dataset);
    yield {
      kind: 'file',
      save: async (path) => {
        const call = { url, bucket: this.#budget };
        const saved = await this.#http.call(call, async (answer) => await saveTo(path, answer));
        if (saved.extension === 'json') await refuseOtherPortfolio(path, this.#settings.portfolio);
        return saved;
      },
    };
  }

  #urlOf(dataset: DatasetId): string {
    const { baseUrl, portfolio, exportUrl } = this.#settings;
    const found = EXPORTS.find((candidate) => candidate.dataset === dataset);
    if (found === undefined) throw new RangeError(`Cascade has no export ${dataset}`);
    if (dataset === 'cascade/loan_tape' && exportUrl !== undefined) return exportUrl;
    return `${baseUrl}${found.path}?pid=${encodeURIComponent(portfolio)}`;
  }
}

function credentialHeaders(
  value: Sealed<string>,
  cookieName: string | undefined,
): Readonly<Record<string, Sealed<string>>> {
  const text = unseal(value);
  if (cookieName !== undefined) return { cookie: seal(`${cookieName}=${text}`) };
  return { authorization: seal(/^bearer /i.test(text) ? text : `Bearer ${text}`) };
}

async function saveTo(
  path: string,
  { body, headers }: EgressAnswer,
): Promise<{ bytes: number; extension: FileExtension }> {
  let bytes = 0;
  let start = Buffer.alloc(0);
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      if (start.length < SNIFFED) start = Buffer.concat([start, chunk]).subarray(0, SNIFFED);
      bytes += chunk.byteLength;
      yield chunk;
    }
  };
  await pipeline(watched, createWriteStream(path));
  if (bytes === 0) throw new AnswerChanged('Cascade answered with an empty file');
  if (isHtml(headers, start))
    throw new CredentialsRefused(
      SECRET,
      'The session at Cascade has expired: it shows a page in place of the file',
    );
  return { bytes, extension: extensionOf(start) };
}

const SNIFFED = 4_096;

/** By its first bytes: the names and types that exports announce are not to be relied on. */
function extensionOf(start: Buffer): FileExtension {
  // A workbook is an archive too: only the name of its first part tells them apart, since an archive may hold a workbook.
  if (start.subarray(0, 2).toString('latin1') === 'PK')
    return /^(?:\[Content_Types\]\.xml|(?:_rels|docProps|xl)\/)/.test(firstNameIn(start)) ? 'xlsx' : 'zip';
  return /^\uFEFF?\s*[[{]/.test(start.toString('utf8')) ? 'json' : 'csv';
}

/** After the 30 bytes of a local header (APPNOTE, 4.3.7). */
function firstNameIn(start: Buffer): string {
  return start.toString('latin1', 30, start.length > 27 ? 30 + start.readUInt16LE(26) : 30);
}

async function refuseOtherPortfolio(path: string, portfolio: string): Promise<void> {
  let document: unknown;
  try {
    document = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    // What the parser says quotes the file.
    throw new AnswerChanged('Cascade answered with JSON that is cut off or broken');
  }
  const partner = Analytics.safeParse(document).data?.metadata?.partner_id;
  if (partner !== undefined && partner !== portfolio)
    throw new AnswerChanged(
      `Cascade gave the data of portfolio ${JSON.stringify(partner.slice(0, 40))} instead of ${portfolio}`,
    );
}
