import { z } from 'zod';
import { possibleValues } from '../possible-values.ts';
import { at } from '../syntax.ts';
import { jsonIn, resourcesIn, type Templates } from '../templates.ts';
import { environmentsIn } from './data.ts';
import { atLeast, everyOne, is, nameOf, type Policy, placeOf, textsOf } from './policy.ts';

// The app, its settings and its queues.

const SITE = 'Microsoft.Web/sites';
const QUERY_ALERT = 'Microsoft.Insights/scheduledQueryRules';
const SCALE = 'properties.functionAppConfig.scaleAndConcurrency';
/** Settings of other plans, which Flex Consumption refuses or ignores. */
const OF_OTHER_PLANS =
  /^(FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_CONTENT.*|WEBSITE_NODE_DEFAULT_VERSION|AzureWebJobsStorage|DataStorage)$/;

export const APP_POLICIES: readonly Policy[] = [
  everyOne('the plan is Flex Consumption', 'Microsoft.Web/serverfarms', 'sku.name', is('FC1')),
  everyOne('the plan is one for Linux', 'Microsoft.Web/serverfarms', 'properties.reserved', is(true)),
  everyOne('the app runs on Node 24', SITE, 'properties.functionAppConfig.runtime.version', is('24')),
  everyOne('an instance has 2 GB at least', SITE, `${SCALE}.instanceMemoryMB`, atLeast(2048)),
  { name: 'somebody is always there for dropped files', findings: alwaysReadyFindings },
  { name: 'nothing is set that is for other plans', findings: planSettingFindings },
  { name: 'the host reaches its storage as an identity, by all three services', findings: hostFindings },
  { name: 'the app starts after it has its roles', findings: orderFindings },
  { name: 'each queue has a poison queue, and an alert on it', findings: queueFindings },
];

function alwaysReadyFindings(templates: Templates): string[] {
  const found: string[] = [];
  for (const placed of resourcesIn(templates, SITE)) {
    const ready = at(placed.resource.value, `${SCALE}.alwaysReady`);
    const groups = ready?.kind === 'array' ? ready.items : [];
    const blob = groups.find((group) => textsOf(at(group, 'name'), placed.file, templates).includes('blob'));
    const counts = blob && at(blob, 'instanceCount');
    const values = counts && possibleValues(counts, placed.file, templates);
    if (values === undefined || !values.every(atLeast(1))) found.push(`${placeOf(placed)} has nobody ready`);
  }
  for (const [name, sizes] of Object.entries(environmentsIn(templates)))
    if (sizes.zoneRedundant && sizes.alwaysReadyForBlobs < 2)
      found.push(`environments.json: ${name} is in several zones and has one instance ready`);
  return found;
}

export function computedSettings(templates: Templates): string[] {
  return resourcesIn(templates, 'Microsoft.Web/sites/config').flatMap(({ resource }) => {
    const properties = at(resource.value, 'properties');
    const last =
      properties?.kind === 'call' && properties.name === 'union' ? properties.args.at(-1) : properties;
    return last?.kind === 'object' ? last.properties.map(({ key }) => key ?? '*') : [];
  });
}

const OwnSettings = z.strictObject({
  everywhere: z.record(z.string(), z.string()),
  dev: z.record(z.string(), z.string()),
  staging: z.record(z.string(), z.string()),
  production: z.record(z.string(), z.string()),
});

export function ownSettingsIn(templates: Templates): z.infer<typeof OwnSettings> {
  return OwnSettings.parse(jsonIn(templates, 'settings.json'));
}

function planSettingFindings(templates: Templates): string[] {
  const own = Object.values(ownSettingsIn(templates)).flatMap((settings) => Object.keys(settings));
  return [...computedSettings(templates), ...own].filter((name) => OF_OTHER_PLANS.test(name));
}

function hostFindings(templates: Templates): string[] {
  const wanted = ['blobServiceUri', 'queueServiceUri', 'tableServiceUri', 'credential', 'clientId'];
  const names = computedSettings(templates);
  return ['AzureWebJobsStorage', 'DataStorage']
    .flatMap((connection) => wanted.map((part) => `${connection}__${part}`))
    .filter((name) => !names.includes(name))
    .map((name) => `${name} is not set`);
}

function orderFindings(templates: Templates): string[] {
  const app = templates.files.get('main.bicep')?.modules.find(({ name }) => name === 'functionApp');
  const after = app && at(app.value, 'dependsOn');
  const names = after?.kind === 'array' ? after.items.map(nameOf) : [];
  return names.includes('access') ? [] : ['main.bicep: functionApp does not wait for access'];
}

export function queuesIn(templates: Templates): string[] {
  const main = templates.files.get('main.bicep');
  const stages = main?.modules.filter(({ path }) => path === 'modules/stage.bicep') ?? [];
  return stages.flatMap(({ value }) => {
    const given = at(value, 'params.queueName');
    const list = value.kind === 'loop' && nameOf(given) === value.variables[0] ? value.over : given;
    const names = main === undefined ? [] : textsOf(list, main, templates);
    const isOfTheRuntime = at(value, 'params.isOfTheRuntime') !== undefined;
    return names.flatMap((name) => (isOfTheRuntime ? [`${name}-poison`] : [name, `${name}-poison`]));
  });
}

function queueFindings(templates: Templates): string[] {
  const stage = templates.files.get('modules/stage.bicep');
  const poison = stage?.resources.find(({ name }) => name === 'poison');
  const found: string[] = [];
  const others = resourcesIn(templates, 'Microsoft.Storage/storageAccounts/queueServices/queues').filter(
    ({ file }) => file !== stage,
  );
  for (const placed of others) found.push(`${placeOf(placed)} is made without a poison queue`);
  if (poison === undefined || poison.value.kind === 'condition')
    found.push('a stage may lack its poison queue');
  const alert = stage?.resources.find(({ type }) => type === QUERY_ALERT);
  const query = alert && at(alert.value, 'properties.criteria.allOf');
  const text = query?.kind === 'array' ? at(query.items[0] ?? query, 'query') : undefined;
  const mentions = text?.kind === 'text' && text.parts.some((part) => nameOf(part) === 'poisonName');
  if (!mentions) found.push('no alert asks for messages on the poison queue of its stage');
  const name = poison && at(poison.value, 'name');
  const suffix = stage?.variables.find((variable) => variable.name === nameOf(name))?.value;
  const isTwin =
    suffix?.kind === 'text' &&
    nameOf(suffix.parts[0]) === 'queueName' &&
    suffix.parts[1]?.kind === 'literal' &&
    suffix.parts[1].value === '-poison';
  if (!isTwin) found.push('the poison queue is not named after its queue');
  return found;
}
