import { Cron } from 'croner';
import { z } from 'zod';
import { CALLED_NAMES } from './alerting/called-names.ts';
import { DestinationName } from './ports/deliveries.ts';
import { LogLevel } from './ports/log.ts';
import { parsePseudonymKey, SHORTEST_KEY } from './privacy/pseudonym-key.ts';
import { type ModelSettings, OPENAI_ENDPOINT } from './publishing/insights/language-model.ts';
import { judgeSupabaseNames } from './supabase-names.ts';

// Environment -> Config. Parsed on first use, never while registering, so that /health can name what is wrong;
// every problem is listed at once.

const Uri = z.url({ protocol: /^https?$/ });

/** Storage is reached with a connection string (the emulator) or with an identity (everywhere else). */
export type StorageAccess =
  | { readonly kind: 'connection-string'; readonly connectionString: string }
  | {
      readonly kind: 'identity';
      readonly blobUri: string;
      readonly queueUri: string;
      readonly tableUri: string;
      readonly clientId: string | undefined;
    };

export type Config = {
  readonly storage: StorageAccess;
  readonly secrets:
    | { readonly kind: 'key-vault'; readonly uri: string; readonly clientId: string | undefined }
    | { readonly kind: 'environment' };
  /** When each timer fires; NCRONTAB. */
  readonly schedules: Readonly<Record<ScheduleSetting, string>>;
  /** How the sources are reached. */
  readonly sources: SourceSettings;
  /** Where results go. */
  readonly destinations: DestinationSettings;
  /** Larger CSV files are decoded by several threads; undefined for the usual size. */
  readonly csvThreadsFromBytes: number | undefined;
  /** Git revision of the deployed code. */
  readonly revision: string;
  /** One sentence for each setting that works in part or not at all. */
  readonly warnings: readonly string[];
};

export type SourceSettings = {
  /** Stand-ins on this machine may be asked, by plain HTTP; in development only. */
  readonly allowsLoopback: boolean;
  readonly cascade: {
    readonly baseUrl: string;
    readonly portfolio: string;
    readonly exportUrl: string | undefined;
    readonly cookieName: string | undefined;
  };
  readonly hubspot: { readonly baseUrl: string };
  /** Without an account there is nothing to ask for. */
  readonly meta: {
    readonly baseUrl: string;
    readonly graphVersion: string;
    readonly account: string | undefined;
  };
};

export type DestinationSettings = {
  readonly inUse: readonly DestinationName[];
  readonly lineage: { readonly url: string } | undefined;
  /** The authority behind the database's certificate, as PEM; undefined for a public one. */
  readonly postgres: { readonly authority: string | undefined };
  readonly slack: {
    readonly baseUrl: string;
    readonly reportsChannel: string;
    /** `#`, and `#staging-` where nobody must be alarmed. */
    readonly channelPrefix: string;
    /** Ids in Slack by the names that alerts call, such as `@sre-oncall`. */
    readonly mentions: Readonly<Record<string, string>>;
    readonly publicUrl: string | undefined;
  };
  readonly pagerduty: { readonly baseUrl: string };
  readonly email: {
    readonly endpoint: string | undefined;
    readonly from: string | undefined;
    readonly to: readonly string[];
    readonly publicUrl: string | undefined;
  };
  readonly notion:
    | {
        readonly baseUrl: string;
        /** The page that reports lie below. */
        readonly reportsPage: string;
        readonly database: string | undefined;
        readonly publicUrl: string | undefined;
      }
    | undefined;
  readonly figma:
    | { readonly baseUrl: string; readonly fileKey: string; readonly frameId: string | undefined }
    | undefined;
  /** The language model that is asked for a few sentences. */
  readonly insights: ModelSettings | undefined;
};

export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  /** One sentence for each bad setting. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`settings are not usable: ${problems.join(' ')}`);
    this.problems = problems;
  }
}

/** The usual times, in UTC: those of the pulls follow each other as the lender's mornings did, at a fixed UTC+1. */
const SCHEDULES = {
  INGEST_SWEEP_SCHEDULE: '0 */5 * * * *',
  PULL_CASCADE_SCHEDULE: '0 0 5 * * *',
  PULL_HUBSPOT_SCHEDULE: '0 0 6 * * *',
  PULL_META_SCHEDULE: '0 0 7 * * *',
  PULL_RETRY_SCHEDULE: '15 * * * * *',
  DAILY_SUMMARY_SCHEDULE: '0 30 6 * * *',
  MORNING_DIGEST_SCHEDULE: '0 30 7 * * *',
  DELIVERY_SCHEDULE: '0 * * * * *',
  WATCH_SCHEDULE: '30 * * * * *',
} as const;
export type ScheduleSetting = keyof typeof SCHEDULES;

const text = (meaning: string): z.ZodOptional<z.ZodString> => z.string().min(1).optional().describe(meaning);

const notionId = (meaning: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .regex(
      /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i,
      'it must be the 32 letters and digits that end its address',
    )
    .optional()
    .describe(meaning);

const keyText = (meaning: string): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .refine(
      (key) => parsePseudonymKey(key) !== undefined,
      `it must have at least ${SHORTEST_KEY} characters, behind "<version>:" where it has one (1 to 9999)`,
    )
    .optional()
    .describe(meaning);

const webhook = (channel: string): z.ZodOptional<z.ZodString> =>
  text(`Webhook of #${channel} for alerts, where there is no bot; outside dev it comes from the vault`);

/** As people write it: `DEBUG` too. */
const LogLevelSetting = z
  .string()
  .refine((level) => LogLevel.safeParse(level.toLowerCase()).success, 'it must be info or debug');

/** What runs tell where nobody asked for more; `info` while the setting is not usable. */
export function logLevelOf(env: Env): LogLevel {
  return LogLevel.safeParse(env['LOG_LEVEL']?.toLowerCase()).data ?? 'info';
}

/** `lineage,slack`, each once or more. */
const DESTINATION_LIST = new RegExp(
  `^\\s*(${DestinationName.options.join('|')})(\\s*,\\s*(${DestinationName.options.join('|')}))*\\s*$`,
);

function schedule(meaning: string, setting: ScheduleSetting): z.ZodOptional<z.ZodString> {
  return z
    .string()
    .refine((text) => cronOf(text) !== undefined, {
      message: `it is not a schedule: six fields from second to day of the week, such as "${SCHEDULES[setting]}", or five without the second`,
    })
    .optional()
    .describe(`${meaning}; NCRONTAB`);
}

/** Every setting that the product reads, with its meaning: `local.settings.example.json` is checked against it. */
export const Environment = z.object({
  PIPELINE_ENV: z
    .enum(['dev', 'development', 'staging', 'production'])
    .default('dev')
    .describe('Environment: dev, staging or production'),
  DataStorage: text('Connection string of the data account; the emulator only'),
  DataStorage__blobServiceUri: Uri.optional().describe('Blob endpoint of the data account'),
  DataStorage__queueServiceUri: Uri.optional().describe('Queue endpoint of the data account'),
  DataStorage__tableServiceUri: Uri.optional().describe('Table endpoint of the data account'),
  AZURE_STORAGE_CONNECTION_STRING: text('Former name of DataStorage'),
  AZURE_CLIENT_ID: text('Client id of the identity that the app runs under'),
  KEY_VAULT_URI: Uri.optional().describe('Vault that holds all secrets'),
  PII_KEY: keyText('Key for pseudonyms, as <version>:<key> or bare; outside dev it comes from the vault'),
  PSEUDONYM_KEY: keyText('Former name of PII_KEY'),
  APPLICATIONINSIGHTS_CONNECTION_STRING: text('Where telemetry goes'),
  REVISION: text('Git revision of the deployed code'),
  LOG_LEVEL: LogLevelSetting.optional().describe(
    'How much every run tells: info, or debug with how it came to its facts',
  ),
  CSV_THREADS_FROM_MB: z
    .string()
    .regex(/^\d{1,6}$/, 'it must be a whole number of megabytes')
    .optional()
    .describe('Size from which a CSV file is decoded by several threads, in MB'),
  INGEST_SWEEP_SCHEDULE: schedule(
    'When landing is swept for files that no event announced',
    'INGEST_SWEEP_SCHEDULE',
  ),
  PULL_CASCADE_SCHEDULE: schedule('When Cascade is pulled', 'PULL_CASCADE_SCHEDULE'),
  PULL_HUBSPOT_SCHEDULE: schedule('When HubSpot is pulled', 'PULL_HUBSPOT_SCHEDULE'),
  PULL_META_SCHEDULE: schedule('When Meta is pulled', 'PULL_META_SCHEDULE'),
  PULL_RETRY_SCHEDULE: schedule('When sources that could not answer are asked again', 'PULL_RETRY_SCHEDULE'),
  DAILY_SUMMARY_SCHEDULE: schedule('When the day is told to those who wait for it', 'DAILY_SUMMARY_SCHEDULE'),
  MORNING_DIGEST_SCHEDULE: schedule(
    'When the duties of the day are done and told',
    'MORNING_DIGEST_SCHEDULE',
  ),
  DELIVERY_SCHEDULE: schedule('When what is due is sent to destinations', 'DELIVERY_SCHEDULE'),
  WATCH_SCHEDULE: schedule('When it is looked for what is wrong', 'WATCH_SCHEDULE'),
  DESTINATIONS: z
    .string()
    .regex(
      DESTINATION_LIST,
      `it must be a list of ${DestinationName.options.join(', ')}, with commas between`,
    )
    .optional()
    .describe('Where results go, such as "lineage,slack"; nowhere without it'),
  OPENLINEAGE_URL: Uri.optional().describe(
    'Endpoint for lineage events, such as that of Marquez or OpenMetadata',
  ),
  OPENLINEAGE_API_KEY: text(
    'Key of that endpoint, where it asks for one; outside dev it comes from the vault',
  ),
  SUPABASE_DB_URL: text(
    'Address of the PostgreSQL database for the audit tables, with user and password; outside dev it comes from the vault',
  ),
  DATABASE_URL: text('The same under the name that other databases have for it'),
  POSTGRES_CA: z
    .string()
    .regex(
      /^-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----(?:\\n|\s)*$/,
      'it must be a certificate as PEM, with \\n or line breaks between its lines',
    )
    .optional()
    .describe('Authority that signed the certificate of that database, where it is not a public one'),
  SLACK_BASE_URL: Uri.optional().describe('Slack, where it is not the usual one'),
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
  EMAIL_ENDPOINT: Uri.optional().describe('Azure Communication Services, reached as the app itself'),
  COMMUNICATION_CONNECTION: text('Its connection string; in development only'),
  EMAIL_FROM: z.email().optional().describe('Sender of e-mail'),
  EMAIL_TO: z
    .string()
    .refine(
      (list) => list.split(',').every((address) => z.email().safeParse(address.trim()).success),
      'it must be addresses, with commas between',
    )
    .optional()
    .describe('Who gets the report of the day, and alerts that could not be posted'),
  PAGERDUTY_BASE_URL: Uri.optional().describe('PagerDuty, where it is not the usual one'),
  PAGERDUTY_ROUTING_KEY: text('Key of the service in PagerDuty; outside dev it comes from the vault'),
  NOTION_BASE_URL: Uri.optional().describe('Notion, where it is not the usual one'),
  NOTION_TOKEN: text('Token of an integration in Notion; outside dev it comes from the vault'),
  NOTION_API_KEY: text('Former name of NOTION_TOKEN'),
  NOTION_REPORTS_PAGE_ID: notionId('Page in Notion that reports are put below'),
  NOTION_DATABASE_ID: notionId('Database in Notion for the KPIs of each day'),
  FIGMA_BASE_URL: Uri.optional().describe('Figma, where it is not the usual one'),
  FIGMA_TOKEN: text('Personal access token of Figma; outside dev it comes from the vault'),
  FIGMA_FILE_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{1,128}$/, 'it must be the letters and digits behind /design/ in its address')
    .optional()
    .describe('Figma file that shows the KPIs'),
  FIGMA_DASHBOARD_FRAME_ID: z
    .string()
    .regex(/^\d+[:-]\d+$/, 'it must look like 12:345')
    .optional()
    .describe('Frame of that file that the comment is put on'),
  INSIGHTS_PROVIDER: z
    .enum(['openai', 'azure-openai'])
    .optional()
    .describe('Where the language model runs: openai, which is the usual one, or azure-openai'),
  INSIGHTS_MODEL: z
    .string()
    .regex(/^[\w.:-]{1,80}$/, 'it must be the name of a model or deployment')
    .optional()
    .describe('Model at OpenAI, or its deployment in Azure, that says in words how the numbers stand'),
  INSIGHTS_ENDPOINT: Uri.optional().describe(
    'Resource in Azure, such as https://NAME.openai.azure.com; OpenAI, where it is not the usual one',
  ),
  OPENAI_API_KEY: text('Key of OpenAI or of the resource in Azure; outside dev it comes from the vault'),
  AZURE_OPENAI_API_KEY: text('The same under the name that it has in Azure'),
  PUBLIC_URL: Uri.optional().describe('Where the product answers, for links in messages'),
  CASCADE_BASE_URL: Uri.optional().describe('Cascade; another one for its staging'),
  CASCADE_PORTFOLIO_ID: text('Portfolio in Cascade'),
  CASCADE_EXPORT_URL: Uri.optional().describe('Address of the loan tape where it is not the usual one'),
  CASCADE_COOKIE_NAME: text(
    'Cookie that carries the session; without it the secret is sent as Authorization',
  ),
  CASCADE_SESSION_COOKIE: text('Session or token of Cascade; outside dev it comes from the vault'),
  HUBSPOT_BASE_URL: Uri.optional().describe('HubSpot, where it is not the usual one'),
  HUBSPOT_API_KEY: text('Token of a private app in HubSpot; outside dev it comes from the vault'),
  META_BASE_URL: Uri.optional().describe('Meta, where it is not the usual one'),
  META_GRAPH_VERSION: z
    .string()
    .regex(/^v\d{1,3}\.\d$/, 'it must look like v24.0')
    .optional()
    .describe('Version of the Graph interface; each ends after two years'),
  META_AD_ACCOUNT_ID: z
    .string()
    .regex(/^(act_)?\d+$/, 'it must be digits, with or without act_ before them')
    .optional()
    .describe('Advertising account'),
  META_SYSTEM_USER_TOKEN: text('Token of a system user at Meta; outside dev it comes from the vault'),
  META_ACCESS_TOKEN: text('Former name of META_SYSTEM_USER_TOKEN'),
});

function megabytes(setting: string | undefined): number | undefined {
  return setting === undefined ? undefined : Number(setting) * 1_000_000;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Throws ConfigInvalid. */
export function readConfig(env: Env): Config {
  const problems: string[] = [];
  const warnings: string[] = [];
  const settings = readSettings(env, problems);
  const environment = settings.PIPELINE_ENV === 'development' ? 'dev' : (settings.PIPELINE_ENV ?? 'dev');
  if (environment === 'production') problems.push(...unfitForProduction(env, settings));
  const storage = storageAccess(settings, env, { problems, warnings });
  const secrets = secretSource(settings, { environment, problems, warnings });
  if (settings.DESTINATIONS?.includes('lineage') === true && settings.OPENLINEAGE_URL === undefined)
    problems.push('OPENLINEAGE_URL is not set: DESTINATIONS has lineage sent there.');
  if (settings.DESTINATIONS?.includes('notion') === true && settings.NOTION_REPORTS_PAGE_ID === undefined)
    problems.push('NOTION_REPORTS_PAGE_ID is not set: DESTINATIONS has reports put below that page.');
  if (settings.DESTINATIONS?.includes('figma') === true && settings.FIGMA_FILE_KEY === undefined)
    problems.push('FIGMA_FILE_KEY is not set: DESTINATIONS has KPIs written to that file.');
  problems.push(...problemsOfInsights(settings));
  if (
    settings.DESTINATIONS?.includes('email') === true &&
    (settings.EMAIL_FROM === undefined || settings.EMAIL_TO === undefined)
  )
    problems.push('EMAIL_FROM and EMAIL_TO are not both set: DESTINATIONS has e-mail sent.');
  const supabase = judgeSupabaseNames(env, {
    isDestination: settings.DESTINATIONS?.includes('postgres') === true,
    hasAddress: (settings.SUPABASE_DB_URL ?? settings.DATABASE_URL ?? settings.KEY_VAULT_URI) !== undefined,
  });
  problems.push(...supabase.problems);
  warnings.push(...supabase.warnings);
  if (problems.length > 0 || storage === undefined) throw new ConfigInvalid(problems);
  warnings.push(...calledInVain(settings));
  return {
    storage,
    secrets,
    schedules: schedulesOf(env),
    sources: sourceSettings(settings, environment),
    destinations: destinationSettings(settings, environment),
    csvThreadsFromBytes: megabytes(settings.CSV_THREADS_FROM_MB),
    revision: settings.REVISION ?? 'unknown',
    warnings,
  };
}

/** The schedule to register: the usual one when the setting is bad, since registration depends on no setting. */
export function scheduleOf(setting: ScheduleSetting, env: Env): string {
  const own = env[setting];
  return !own || cronOf(own) === undefined ? SCHEDULES[setting] : own;
}

function schedulesOf(env: Env): Record<ScheduleSetting, string> {
  return {
    INGEST_SWEEP_SCHEDULE: scheduleOf('INGEST_SWEEP_SCHEDULE', env),
    PULL_CASCADE_SCHEDULE: scheduleOf('PULL_CASCADE_SCHEDULE', env),
    PULL_HUBSPOT_SCHEDULE: scheduleOf('PULL_HUBSPOT_SCHEDULE', env),
    PULL_META_SCHEDULE: scheduleOf('PULL_META_SCHEDULE', env),
    PULL_RETRY_SCHEDULE: scheduleOf('PULL_RETRY_SCHEDULE', env),
    DAILY_SUMMARY_SCHEDULE: scheduleOf('DAILY_SUMMARY_SCHEDULE', env),
    MORNING_DIGEST_SCHEDULE: scheduleOf('MORNING_DIGEST_SCHEDULE', env),
    DELIVERY_SCHEDULE: scheduleOf('DELIVERY_SCHEDULE', env),
    WATCH_SCHEDULE: scheduleOf('WATCH_SCHEDULE', env),
  };
}

/** When the timer fires next. */
export function nextRunOf(
  { schedules }: Pick<Config, 'schedules'>,
  setting: ScheduleSetting,
): Date | undefined {
  return cronOf(schedules[setting])?.nextRun() ?? undefined;
}

/** NCRONTAB has none of croner's extensions (L, W, #, ?, nicknames) but does have names of days and months. */
const NCRONTAB = /^[0-9a-z*,/-]+( [0-9a-z*,/-]+){4,5}$/i;
const EXTENSIONS = /(^|[ ,\d])[LW]|\d[LW]/i;

/** Undefined for what is no schedule, or never occurs. */
function cronOf(schedule: string): Cron | undefined {
  const fields = schedule.trim().replaceAll(/\s+/g, ' ');
  if (!NCRONTAB.test(fields) || EXTENSIONS.test(fields)) return undefined;
  try {
    const pattern = fields.split(' ').length === 5 ? `0 ${fields}` : fields;
    // As the runtime reads it: day and day of the week must both match, and the zone is UTC.
    const cron = new Cron(pattern, {
      mode: '6-part',
      domAndDow: true,
      timezone: 'UTC',
      paused: true,
      sloppyRanges: true,
    });
    return cron.nextRun() === null ? undefined : cron;
  } catch {
    return undefined;
  }
}

function destinationSettings(settings: Settings, environment: string): DestinationSettings {
  const names = (settings.DESTINATIONS ?? '').split(',').map((name) => name.trim());
  const prefix = environment === 'staging' ? '#staging-' : '#';
  return {
    inUse: DestinationName.options.filter((name) => names.includes(name)),
    lineage: settings.OPENLINEAGE_URL === undefined ? undefined : { url: settings.OPENLINEAGE_URL },
    // Settings hold a text of several lines on one.
    postgres: { authority: settings.POSTGRES_CA?.replaceAll('\\n', '\n') },
    slack: {
      baseUrl: trimmed(settings.SLACK_BASE_URL) ?? 'https://slack.com',
      reportsChannel: settings.SLACK_REPORTS_CHANNEL ?? `${prefix}fintech-reports`,
      channelPrefix: prefix,
      mentions: mentionsOf(settings),
      publicUrl: trimmed(settings.PUBLIC_URL),
    },
    email: {
      endpoint: trimmed(settings.EMAIL_ENDPOINT),
      from: settings.EMAIL_FROM,
      to: (settings.EMAIL_TO ?? '')
        .split(',')
        .map((address) => address.trim())
        .filter((address) => address !== ''),
      publicUrl: trimmed(settings.PUBLIC_URL),
    },
    insights: insightSettings(settings),
    pagerduty: { baseUrl: trimmed(settings.PAGERDUTY_BASE_URL) ?? 'https://events.pagerduty.com' },
    notion:
      settings.NOTION_REPORTS_PAGE_ID === undefined
        ? undefined
        : {
            baseUrl: trimmed(settings.NOTION_BASE_URL) ?? 'https://api.notion.com',
            reportsPage: settings.NOTION_REPORTS_PAGE_ID,
            database: settings.NOTION_DATABASE_ID,
            publicUrl: trimmed(settings.PUBLIC_URL),
          },
    figma:
      settings.FIGMA_FILE_KEY === undefined
        ? undefined
        : {
            baseUrl: trimmed(settings.FIGMA_BASE_URL) ?? 'https://api.figma.com',
            fileKey: settings.FIGMA_FILE_KEY,
            // Addresses have it with a hyphen.
            frameId: settings.FIGMA_DASHBOARD_FRAME_ID?.replace('-', ':'),
          },
  };
}

function mentionsOf({ SLACK_MENTIONS = '' }: Settings): Readonly<Record<string, string>> {
  const pairs = SLACK_MENTIONS.split(',').flatMap((pair) => {
    const [name = '', id] = pair.split('=').map((part) => part.trim());
    return id === undefined ? [] : [[name, id] as const];
  });
  return Object.fromEntries(pairs);
}

/** One sentence, where alerts or the briefing would call somebody in vain. */
function calledInVain(settings: Settings): string[] {
  const names = (settings.DESTINATIONS ?? '').split(',').map((name) => name.trim());
  if (!names.includes('alerts') && !names.includes('briefing')) return [];
  const mentions = mentionsOf(settings);
  const unknown = CALLED_NAMES.filter((name) => mentions[name] === undefined);
  if (unknown.length === 0) return [];
  return [
    `SLACK_MENTIONS has no id for ${unknown.join(', ')}: alerts name them in plain text, which notifies nobody.`,
  ];
}

function problemsOfInsights({ DESTINATIONS, ...settings }: Settings): string[] {
  if (DESTINATIONS?.includes('insights') !== true) return [];
  const problems: string[] = [];
  if (settings.INSIGHTS_MODEL === undefined)
    problems.push('INSIGHTS_MODEL is not set: DESTINATIONS has a language model asked for insights.');
  if (settings.INSIGHTS_PROVIDER === 'azure-openai' && settings.INSIGHTS_ENDPOINT === undefined)
    problems.push('INSIGHTS_ENDPOINT is not set: a model in Azure has an address of its own.');
  return problems;
}

function insightSettings(settings: Settings): ModelSettings | undefined {
  const { INSIGHTS_PROVIDER: provider = 'openai', INSIGHTS_MODEL: model } = settings;
  if (model === undefined) return undefined;
  return { provider, model, endpoint: trimmed(settings.INSIGHTS_ENDPOINT) ?? OPENAI_ENDPOINT };
}

function trimmed(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '');
}

function sourceSettings(settings: Settings, environment: string): SourceSettings {
  return {
    allowsLoopback: environment === 'dev',
    cascade: {
      baseUrl: trimmed(settings.CASCADE_BASE_URL) ?? 'https://app.cascadedebt.com',
      portfolio: settings.CASCADE_PORTFOLIO_ID ?? 'abaco',
      exportUrl: settings.CASCADE_EXPORT_URL,
      cookieName: settings.CASCADE_COOKIE_NAME,
    },
    hubspot: { baseUrl: trimmed(settings.HUBSPOT_BASE_URL) ?? 'https://api.hubapi.com' },
    meta: {
      baseUrl: trimmed(settings.META_BASE_URL) ?? 'https://graph.facebook.com',
      graphVersion: settings.META_GRAPH_VERSION ?? 'v24.0',
      account: settings.META_AD_ACCOUNT_ID,
    },
  };
}

type Settings = z.output<typeof PartialEnvironment>;
const PartialEnvironment = Environment.partial();

/** Each setting on its own, so that one bad value does not hide the others. Values are never repeated. */
function readSettings(env: Env, problems: string[]): Settings {
  const usable: Record<string, string> = {};
  for (const [name, schema] of Object.entries(Environment.shape)) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const parsed = schema.safeParse(value);
    if (parsed.success) usable[name] = value;
    else problems.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}.`);
  }
  return PartialEnvironment.parse(usable);
}

const ENDPOINTS = [
  'DataStorage__blobServiceUri',
  'DataStorage__queueServiceUri',
  'DataStorage__tableServiceUri',
] as const;

/** What is good enough for a developer and must never serve a lender: keys in settings, the emulator, plain HTTP. */
function unfitForProduction(env: Env, settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.DataStorage !== undefined) {
    problems.push(
      `DataStorage is a connection string, which the triggers would use: production uses ${ENDPOINTS[0]} and an identity. Remove it.`,
    );
  }
  for (const [name, value = ''] of Object.entries(env)) {
    if (name !== 'DataStorage' && /UseDevelopmentStorage=true/i.test(value)) {
      problems.push(`${name} is the storage emulator, which production does not have.`);
    }
  }
  for (const name of [...ENDPOINTS, 'KEY_VAULT_URI'] as const) {
    if (settings[name]?.startsWith('http:') === true) {
      problems.push(`${name} is not encrypted: production takes https only.`);
    }
  }
  return problems;
}

type Found = { readonly problems: string[]; readonly warnings: string[] };

/** The way to reach storage; undefined after saying why there is none. */
function storageAccess(
  settings: Settings,
  env: Env,
  { problems, warnings }: Found,
): StorageAccess | undefined {
  const {
    DataStorage__blobServiceUri: blobUri,
    DataStorage__queueServiceUri: queueUri,
    DataStorage__tableServiceUri: tableUri,
    AZURE_STORAGE_CONNECTION_STRING: formerName,
  } = settings;
  const missing = ENDPOINTS.filter((name) => !env[name]);
  if (missing.length < ENDPOINTS.length) {
    for (const name of missing) problems.push(`${name} is not set: an identity needs all three endpoints.`);
    if (settings.DataStorage !== undefined) {
      warnings.push(
        'DataStorage is a connection string beside endpoints: triggers use it, everything else the endpoints. Remove one of them.',
      );
    }
    if (blobUri === undefined || queueUri === undefined || tableUri === undefined) return undefined;
    return { kind: 'identity', blobUri, queueUri, tableUri, clientId: settings.AZURE_CLIENT_ID };
  }
  const connectionString = settings.DataStorage ?? formerName;
  if (connectionString === undefined) {
    problems.push(`${missing.join(', ')} are not set: the app has no storage.`);
    return undefined;
  }
  if (settings.DataStorage === undefined) {
    if (settings.PIPELINE_ENV === 'production') {
      problems.push(
        'AZURE_STORAGE_CONNECTION_STRING is a connection string: production uses endpoints and an identity.',
      );
    }
    warnings.push(
      'AZURE_STORAGE_CONNECTION_STRING is the former name of DataStorage. Requests work with it, but no trigger does: ' +
        'dropped files are not seen and no stage is worked. Rename the setting to DataStorage.',
    );
  }
  return { kind: 'connection-string', connectionString };
}

function secretSource(
  settings: Settings,
  { environment, problems, warnings }: Found & { environment: 'dev' | 'staging' | 'production' },
): Config['secrets'] {
  if (settings.KEY_VAULT_URI !== undefined) {
    for (const name of ['PII_KEY', 'PSEUDONYM_KEY'] as const) {
      if (settings[name] !== undefined) {
        warnings.push(`${name} is not used: with KEY_VAULT_URI the key comes from the vault.`);
      }
    }
    return { kind: 'key-vault', uri: settings.KEY_VAULT_URI, clientId: settings.AZURE_CLIENT_ID };
  }
  if (environment !== 'dev')
    problems.push('KEY_VAULT_URI is not set: secrets come from the vault outside dev.');
  if (settings.PSEUDONYM_KEY !== undefined && settings.PII_KEY === undefined) {
    warnings.push(
      'PSEUDONYM_KEY is the former name of PII_KEY. It still works; rename the setting to PII_KEY.',
    );
  }
  return { kind: 'environment' };
}
