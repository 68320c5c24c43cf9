import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../../shared/config.ts';
import { problemsOf } from '../../../support/problems-of-settings.ts';

const DEV = { DataStorage: 'UseDevelopmentStorage=true' };

describe('the authority of a database', () => {
  const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const authorityIn = (POSTGRES_CA: string) =>
    readConfig({ ...DEV, POSTGRES_CA }).destinations.postgres.authority;

  it('may stand on one line, as settings do', () => {
    expect(authorityIn(PEM)).toBe(PEM);
    expect(authorityIn(PEM.replaceAll('\n', '\\n'))).toBe(PEM);
  });

  it('that is no certificate is refused', () => {
    expect(problemsOf({ ...DEV, POSTGRES_CA: '/etc/ssl/ca.pem' })).toEqual([
      expect.stringMatching(/^POSTGRES_CA: it must be a certificate as PEM/),
    ]);
  });
});

describe('a language model', () => {
  const ASKED = { ...DEV, DESTINATIONS: 'insights' };

  it('is OpenAI, unless it runs in Azure', () => {
    const azure = {
      INSIGHTS_PROVIDER: 'azure-openai',
      INSIGHTS_ENDPOINT: 'https://abaco.openai.azure.com/',
      INSIGHTS_MODEL: 'our-deployment',
    };

    expect(readConfig({ ...ASKED, INSIGHTS_MODEL: 'a-model' }).destinations.insights).toEqual({
      provider: 'openai',
      endpoint: 'https://api.openai.com',
      model: 'a-model',
    });
    expect(readConfig({ ...ASKED, ...azure }).destinations.insights).toEqual({
      provider: 'azure-openai',
      endpoint: 'https://abaco.openai.azure.com',
      model: 'our-deployment',
    });
  });

  it('that is to be asked must be named, in Azure with its address', () => {
    expect(problemsOf({ ...ASKED, INSIGHTS_PROVIDER: 'azure-openai' })).toEqual([
      'INSIGHTS_MODEL is not set: DESTINATIONS has a language model asked for insights.',
      'INSIGHTS_ENDPOINT is not set: a model in Azure has an address of its own.',
    ]);
    expect(readConfig(DEV).destinations.insights).toBeUndefined();
  });
});

describe('deliveries', () => {
  it('are sent, unless the settings have them kept, which is warned of where somebody would be told', () => {
    const sends = (env: Record<string, string>): boolean => readConfig(env).destinations.sends;

    expect([sends(DEV), sends({ ...DEV, DELIVERIES: 'send' })]).toEqual([true, true]);
    expect(sends({ ...DEV, DELIVERIES: 'keep' })).toBe(false);
    expect(readConfig({ ...DEV, DELIVERIES: 'keep' }).warnings).toEqual([]);
    expect(readConfig({ ...DEV, DELIVERIES: 'keep', DESTINATIONS: 'slack' }).warnings).toEqual([
      expect.stringContaining('nobody is told, of alerts neither'),
    ]);
  });
});

describe('whom alerts call in Slack', () => {
  const ALL = '@sre-oncall=S01, @cfo=U02,@general-counsel=U03, @vp-eng=U04,@ceo=U05, @eng-lead=W06';

  it('is known by groups and people with their ids', () => {
    const { destinations, warnings } = readConfig({ ...DEV, DESTINATIONS: 'alerts', SLACK_MENTIONS: ALL });

    expect(destinations.slack.mentions).toMatchObject({
      '@sre-oncall': 'S01',
      '@cfo': 'U02',
      '@eng-lead': 'W06',
    });
    expect(warnings).toEqual([]);
  });

  it('is warned of where alerts would call in vain, and not where there are none', () => {
    const SLACK_MENTIONS = ALL.replace('@cfo=U02,', '');

    expect(readConfig({ ...DEV, SLACK_MENTIONS }).warnings).toEqual([]);
    expect(readConfig({ ...DEV, DESTINATIONS: 'slack, alerts', SLACK_MENTIONS }).warnings).toEqual([
      'SLACK_MENTIONS has no id for @cfo: alerts name them in plain text, which notifies nobody.',
    ]);
  });

  it.each(['sre-oncall=S01', '@sre-oncall', '@sre-oncall=#devops', '@sre-oncall=S01;@cfo=U02'])(
    'is not taken as %s',
    (SLACK_MENTIONS) => {
      expect(problemsOf({ ...DEV, SLACK_MENTIONS })).toEqual([expect.stringMatching(/^SLACK_MENTIONS: /)]);
    },
  );
});

describe("the names of Supabase's REST interface", () => {
  const KEY = 'sb_secret_of-nobody';
  const REST = { SUPABASE_URL: 'https://x.supabase.co', SUPABASE_SERVICE_ROLE: KEY };

  it('do not stand in for the address of the database where runs are to be written there', () => {
    const problems = problemsOf({
      ...DEV,
      ...REST,
      DESTINATIONS: 'lineage,postgres',
      OPENLINEAGE_URL: 'https://lineage.example',
    });

    expect(problems).toEqual([
      'SUPABASE_DB_URL is not set: DESTINATIONS has runs written to PostgreSQL, and SUPABASE_URL, SUPABASE_SERVICE_ROLE cannot stand in, since over REST a run would not be written whole or not at all. Set it to the connection string of the project (in Supabase: Connect, Session pooler).',
    ]);
    expect(problems.join()).not.toContain(KEY);
  });

  it.each([
    [
      'beside the address of the database',
      { ...DEV, DATABASE_URL: 'postgresql://u:p@host/db', DESTINATIONS: 'postgres' },
    ],
    [
      'beside a vault that has it',
      { ...DEV, KEY_VAULT_URI: 'https://abaco.vault.azure.net', DESTINATIONS: 'postgres' },
    ],
    ['where nothing is written there', DEV],
  ])('are left aside with a warning %s', (_where, env) => {
    for (const name of ['SUPABASE_URL', 'SUPABASE_SERVICE_ROLE_KEY', 'SUPABASE_KEY']) {
      const { warnings } = readConfig({ ...env, [name]: KEY });

      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name}: not used\\. .*\\.$`))]);
      expect(warnings.join()).not.toContain(KEY);
    }
  });
});
