import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Environment } from '../../../shared/config.ts';
import { SECRET_NAMES } from '../../../shared/ports/secret-store.ts';
import { ALL_QUEUES, TABLES, ZONES } from '../../../shared/topology.ts';
import { ROOT } from '../source-files.ts';
import { computedSettings, ownSettingsIn, queuesIn } from './policies/app.ts';
import { textsOf } from './policies/policy.ts';
import { functionsNamed } from './policies/watching.ts';
import { at, type Expression } from './syntax.ts';
import { type Finding, resourcesIn, type Templates } from './templates.ts';

// What the code and the templates both say, and must say alike.

const CONTAINER = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const TABLE = 'Microsoft.Storage/storageAccounts/tableServices/tables';

/** Kept by Event Grid and by the deployment; the code knows neither. */
const NOT_OF_THE_CODE = ['eventdeadletter', 'app-package'];

/** Read by the runtime or by SDKs, not by us. */
const OF_THE_RUNTIME = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri',
  'AzureWebJobsStorage__tableServiceUri',
  'AzureWebJobsStorage__credential',
  'AzureWebJobsStorage__clientId',
  'DataStorage__credential',
  'DataStorage__clientId',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** Connection strings: for the emulator. Azure has identities instead. */
const FOR_DEVELOPMENT = ['DataStorage', 'AZURE_STORAGE_CONNECTION_STRING'];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Variables that hold secrets on a developer's machine; in Azure the vault does. */
export function secretVariables(): string[] {
  const text = read('shared/adapters/environment/environment-secret-store.ts');
  const [, table = ''] = /VARIABLES[^=]*= \{([\s\S]*?)\n\};/.exec(text) ?? [];
  return [...table.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, name = '']) => name);
}

export type Drift = {
  readonly name: string;
  readonly findings: (templates: Templates) => readonly Finding[];
};

export const DRIFTS: readonly Drift[] = [
  {
    name: 'containers are the zones of the code',
    findings: (templates) =>
      differences(namesOf(CONTAINER, templates), [...ZONES, ...NOT_OF_THE_CODE], 'container'),
  },
  {
    name: 'queues are those of the code, each with its poison queue',
    findings: (templates) => differences(queuesIn(templates), ALL_QUEUES, 'queue'),
  },
  {
    name: 'tables are those of the code',
    findings: (templates) => differences(namesOf(TABLE, templates), TABLES, 'table'),
  },
  {
    name: 'the app may write to every zone, and owns the one that fires it',
    findings: (templates) => {
      const file = templates.files.get('modules/data-access.bicep');
      const list = file?.variables.find(({ name }) => name === 'containersOfTheApp')?.value;
      const written = file === undefined ? [] : textsOf(list, file, templates);
      return differences([...written, 'landing'], ZONES, 'role on');
    },
  },
  {
    name: 'settings are those that the code reads, but for secrets and what is for development',
    findings: (templates) => {
      const left = [...secretVariables(), ...FOR_DEVELOPMENT];
      const wanted = Object.keys(Environment.shape).filter((name) => !left.includes(name));
      const own = Object.keys(ownSettingsIn(templates).everywhere);
      return differences([...computedSettings(templates), ...own], [...wanted, ...OF_THE_RUNTIME], 'setting');
    },
  },
  {
    name: 'an environment sets nothing that the others do not know',
    findings: (templates) => {
      const { everywhere, ...environments } = ownSettingsIn(templates);
      return Object.entries(environments).flatMap(([environment, settings]) =>
        Object.keys(settings)
          .filter((name) => !(name in everywhere))
          .map(
            (name) => `settings.json: ${environment} sets ${name}, which is not among those of everywhere`,
          ),
      );
    },
  },
  {
    name: 'no setting holds a secret: those come from the vault',
    findings: (templates) =>
      [
        ...computedSettings(templates),
        ...Object.values(ownSettingsIn(templates)).flatMap((settings) => Object.keys(settings)),
      ].filter((name) => secretVariables().includes(name)),
  },
  {
    name: 'the blob trigger is called by its name',
    findings: (templates) => {
      const registered = /app\.storageBlob\('([^']+)'/.exec(read('functions/index.ts'))?.[1];
      return differences(functionsNamed(templates), [registered ?? '?'], 'blob trigger');
    },
  },
  {
    name: 'runbooks that alerts name are there',
    findings: (templates) => {
      const texts = JSON.stringify([...templates.files.values()]);
      const named = [...texts.matchAll(/docs\/runbooks\/[a-z0-9-]+\.md/g)].map(([path]) => path);
      return named.filter((path) => !isThere(path));
    },
  },
  {
    name: 'the secrets in infra/README.md are those that the code reads',
    findings: ({ data }) => {
      const [, secrets = ''] = (data.get('README.md') ?? '').split('\n## Secrets\n');
      const rows = [...(secrets.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` \|/gm)];
      return differences(
        rows.map(([, name = '']) => name),
        SECRET_NAMES,
        'secret',
      );
    },
  },
];

/** Names of all resources of a type, those that are made in a loop included. */
function namesOf(type: string, templates: Templates): string[] {
  return resourcesIn(templates, type).flatMap(({ file, resource }) => {
    const name = at(resource.value, 'name');
    return textsOf(listOf(resource.value, name) ?? name, file, templates);
  });
}

function listOf(whole: Expression, name: Expression | undefined): Expression | undefined {
  return whole.kind === 'loop' && name?.kind === 'name' && whole.variables[0] === name.name
    ? whole.over
    : undefined;
}

function differences(inTemplates: readonly string[], inCode: readonly string[], what: string): Finding[] {
  return [
    ...inCode
      .filter((name) => !inTemplates.includes(name))
      .map((name) => `${what} ${name} is not in the templates`),
    ...inTemplates
      .filter((name) => !inCode.includes(name))
      .map((name) => `${what} ${name} is not in the code`),
    ...inTemplates
      .filter((name, index) => inTemplates.indexOf(name) !== index)
      .map((name) => `${what} ${name} is there twice`),
  ];
}

function isThere(path: string): boolean {
  try {
    return read(path) !== '';
  } catch {
    return false;
  }
}

/** The settings of an environment as the app would find them, with stand-ins for what Azure knows. */
export function settingsOf(
  environment: 'dev' | 'staging' | 'production',
  templates: Templates,
): Record<string, string> {
  const own = ownSettingsIn(templates);
  const account = (service: string) => `https://stdata.${service}.core.windows.net`;
  return {
    ...own.everywhere,
    ...own[environment],
    PIPELINE_ENV: environment,
    DataStorage__blobServiceUri: account('blob'),
    DataStorage__queueServiceUri: account('queue'),
    DataStorage__tableServiceUri: account('table'),
    KEY_VAULT_URI: 'https://kv-abaco.vault.azure.net/',
    AZURE_CLIENT_ID: '00000000-0000-4000-8000-000000000000',
    APPLICATIONINSIGHTS_CONNECTION_STRING: 'InstrumentationKey=00000000-0000-4000-8000-000000000000',
    PUBLIC_URL: 'https://func-abaco.azurewebsites.net',
    REVISION: '',
  };
}

const TimeSpan = z.string().transform((text) => {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
});

/** host.json, as strict as what the code assumes of it. */
export const HostJson = z.strictObject({
  version: z.literal('2.0'),
  extensionBundle: z.strictObject({
    id: z.literal('Microsoft.Azure.Functions.ExtensionBundle'),
    version: z.string(),
  }),
  functionTimeout: TimeSpan,
  extensions: z.strictObject({
    http: z.strictObject({ routePrefix: z.string() }),
    queues: z.strictObject({
      batchSize: z.int(),
      newBatchThreshold: z.int(),
      maxDequeueCount: z.int(),
      visibilityTimeout: TimeSpan,
      maxPollingInterval: TimeSpan,
      messageEncoding: z.string(),
    }),
    blobs: z.strictObject({ maxDegreeOfParallelism: z.int(), poisonBlobThreshold: z.int() }),
  }),
  logging: z.looseObject({
    applicationInsights: z.looseObject({
      samplingSettings: z.looseObject({ isEnabled: z.boolean(), excludedTypes: z.string() }),
    }),
  }),
});
