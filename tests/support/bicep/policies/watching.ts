import { at, expressionsOf } from '../syntax.ts';
import { resourcesIn, type Templates } from '../templates.ts';
import { atLeast, everyOne, is, nameOf, type Policy, placeOf, textsOf } from './policy.ts';

// What is announced, logged and told.

const SUBSCRIPTION = 'Microsoft.EventGrid/systemTopics/eventSubscriptions';
const QUERY_ALERT = 'Microsoft.Insights/scheduledQueryRules';
const METRIC_ALERT = 'Microsoft.Insights/metricAlerts';
const LOGS = 'Microsoft.Insights/diagnosticSettings';
const LANDING = { where: ({ file }: { file: { path: string } }) => file.path === 'events.bicep' };

export const WATCHING_POLICIES: readonly Policy[] = [
  { name: 'every alert tells somebody', findings: (templates) => alertFindings(templates, 'group') },
  { name: 'every alert says how bad it is', findings: (templates) => alertFindings(templates, 'severity') },
  everyOne('every alert on logs is on', QUERY_ALERT, 'properties.enabled', is(true)),
  everyOne(
    'alerts do not ask for tables that are not there yet',
    QUERY_ALERT,
    'properties.skipQueryValidation',
    is(true),
  ),
  everyOne(
    'only new files are announced',
    SUBSCRIPTION,
    'properties.filter.includedEventTypes',
    (types) => String(types) === 'Microsoft.Storage.BlobCreated',
    LANDING,
  ),
  everyOne(
    'only files of landing are announced, and of no container that begins like it',
    SUBSCRIPTION,
    'properties.filter.subjectBeginsWith',
    is('/blobServices/default/containers/landing/'),
    LANDING,
  ),
  everyOne(
    'an event is tried for a day',
    SUBSCRIPTION,
    'properties.retryPolicy.eventTimeToLiveInMinutes',
    is(1440),
    LANDING,
  ),
  everyOne(
    'an event that nobody took is kept, as the topic itself',
    SUBSCRIPTION,
    'properties.deadLetterWithResourceIdentity.identity.type',
    is('SystemAssigned'),
    LANDING,
  ),
  { name: 'files are announced once they are complete', findings: completeFindings },
  { name: 'secrets that expire raise an alert', findings: expiryFindings },
  { name: 'who reads secrets is logged', findings: (templates) => logFindings(templates, 'vault', 'audit') },
  {
    name: 'who deletes files is logged',
    findings: (templates) => logFindings(templates, 'blobs', 'StorageDelete'),
  },
  {
    name: 'what goes to poison queues is logged',
    findings: (templates) => logFindings(templates, 'queueService', 'StorageWrite'),
  },
  everyOne(
    'logs of runs are kept for 30 days',
    'Microsoft.OperationalInsights/workspaces',
    'properties.retentionInDays',
    is(30),
  ),
  { name: 'tables of telemetry are kept no longer', findings: tableFindings },
  everyOne(
    'logs have a limit for each day',
    'Microsoft.OperationalInsights/workspaces',
    'properties.workspaceCapping.dailyQuotaGb',
    atLeast(1),
  ),
  everyOne(
    'the function that alerts call has its name',
    'Microsoft.OperationalInsights/workspaces/savedSearches',
    'properties.functionAlias',
    is('AbacoEvents'),
  ),
];

function alertFindings(templates: Templates, what: 'group' | 'severity'): string[] {
  return [QUERY_ALERT, METRIC_ALERT].flatMap((type) =>
    resourcesIn(templates, type).flatMap((placed) => {
      const { value } = placed.resource;
      if (what === 'severity')
        return at(value, 'properties.severity') === undefined
          ? [`${placeOf(placed)} says not how bad it is`]
          : [];
      const groups = at(
        value,
        type === METRIC_ALERT ? 'properties.actions' : 'properties.actions.actionGroups',
      );
      const isEmpty = groups === undefined || (groups.kind === 'array' && groups.items.length === 0);
      return isEmpty ? [`${placeOf(placed)} tells nobody`] : [];
    }),
  );
}

function completeFindings(templates: Templates): string[] {
  return resourcesIn(templates, SUBSCRIPTION)
    .filter(LANDING.where)
    .flatMap((placed) => {
      const filters = at(placed.resource.value, 'properties.filter.advancedFilters');
      const filter = filters?.kind === 'array' ? filters.items[0] : undefined;
      const values = filter && textsOf(at(filter, 'values'), placed.file, templates);
      return String(values?.toSorted()) === 'CopyBlob,PutBlob,PutBlockList'
        ? []
        : [`${placeOf(placed)} announces ${String(values)}`];
    });
}

function expiryFindings(templates: Templates): string[] {
  const vault = resourcesIn(templates, SUBSCRIPTION).filter(
    ({ file }) => file.path === 'modules/key-vault.bicep',
  );
  if (vault.length === 0) return ['nothing is subscribed to the vault'];
  return vault.flatMap((placed) => {
    const { value } = placed.resource;
    const types = textsOf(at(value, 'properties.filter.includedEventTypes'), placed.file, templates);
    const groups = at(value, 'properties.destination.properties.actionGroups');
    const tells = groups?.kind === 'array' && groups.items.length > 0;
    const missing = ['SecretNearExpiry', 'SecretExpired'].filter(
      (one) => !types.includes(`Microsoft.KeyVault.${one}`),
    );
    return [
      ...missing.map((one) => `${placeOf(placed)} does not hear of ${one}`),
      ...(tells ? [] : [`${placeOf(placed)} tells nobody`]),
    ];
  });
}

function logFindings(templates: Templates, scope: string, category: string): string[] {
  const logged = resourcesIn(templates, LOGS).some(({ file, resource }) => {
    const logs = at(resource.value, 'properties.logs');
    const items = logs?.kind === 'array' ? logs.items : [];
    const isOn = items.some((item) => {
      const names = [at(item, 'category'), at(item, 'categoryGroup')].flatMap((one) =>
        textsOf(one, file, templates),
      );
      const enabled = at(item, 'enabled');
      return names.includes(category) && enabled?.kind === 'literal' && enabled.value === true;
    });
    return nameOf(at(resource.value, 'scope')) === scope && isOn;
  });
  return logged ? [] : [`${category} of ${scope} is not logged`];
}

function tableFindings(templates: Templates): string[] {
  const file = templates.files.get('modules/monitoring.bicep');
  const list = file?.variables.find(({ name }) => name === 'tablesOfTheApp')?.value;
  const tables = file === undefined ? [] : textsOf(list, file, templates);
  const kept = file?.resources.find(({ name }) => name === 'runLogs')?.value;
  const days = kept && nameOf(at(kept, 'properties.totalRetentionInDays'));
  return [
    ...['AppEvents', 'AppTraces', 'AppRequests', 'AppExceptions', 'AppDependencies']
      .filter((table) => !tables.includes(table))
      .map((table) => `${table} is kept for 90 days`),
    ...(days === 'retentionDays' ? [] : ['the tables are not kept for as long as the workspace']),
  ];
}

export function functionsNamed({ files }: Templates): string[] {
  const names: string[] = [];
  for (const file of files.values())
    for (const { expression } of expressionsOf(file))
      for (const [, name] of JSON.stringify(expression).matchAll(/functionName=Host\.Functions\.([\w-]+)/g))
        if (name !== undefined) names.push(name);
  return [...new Set(names)];
}
