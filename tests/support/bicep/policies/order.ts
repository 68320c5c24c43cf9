import { z } from 'zod';
import { possibleValues } from '../possible-values.ts';
import { at, bodyOf } from '../syntax.ts';
import { jsonIn, resourcesIn, type Templates } from '../templates.ts';
import { nameOf, type Policy, placeOf, textsOf } from './policy.ts';

// What it costs, where it is, and what it is called.

const SITE = 'Microsoft.Web/sites';

export const ORDER_POLICIES: readonly Policy[] = [
  { name: 'a budget tells before it is exceeded, and when it is going to be', findings: budgetFindings },
  { name: 'everything is in one region', findings: locationFindings },
  { name: 'everything bears the tags of its environment', findings: tagFindings },
  { name: 'names fit where they are limited', findings: nameFindings },
  { name: 'each type is used in one version', findings: versionFindings },
  { name: 'parameters that azd gives are parameters of the template', findings: azdFindings },
];

function budgetFindings(templates: Templates): string[] {
  const [budget] = resourcesIn(templates, 'Microsoft.Consumption/budgets');
  const notices = budget && at(budget.resource.value, 'properties.notifications');
  if (budget === undefined || notices?.kind !== 'object') return ['there is no budget'];
  const kinds = notices.properties.map(({ value }) => {
    const said = (key: string) => textsOf(at(value, key), budget.file, templates).join('');
    const threshold = at(value, 'threshold');
    const groups = at(value, 'contactGroups');
    const tells = groups?.kind === 'array' && groups.items.length > 0;
    return tells && threshold?.kind === 'literal'
      ? `${said('thresholdType')} ${String(threshold.value)}`
      : '';
  });
  return ['Actual 80', 'Actual 100', 'Forecasted 110']
    .filter((one) => !kinds.includes(one))
    .map((one) => `nobody is told at ${one} %`);
}

function locationFindings(templates: Templates): string[] {
  const placed = resourcesIn(templates).flatMap((one) => {
    const location = at(one.resource.value, 'location');
    const isShared = nameOf(location) === 'location';
    const isGlobal = location?.kind === 'literal' && location.value === 'global';
    return location === undefined || isShared || isGlobal
      ? []
      : [`${placeOf(one)} is in a region of its own`];
  });
  const called = [...templates.files.values()].flatMap((file) =>
    file.modules
      .filter(({ value }) => {
        const location = at(bodyOf(value), 'params.location');
        return location !== undefined && nameOf(location) !== 'location';
      })
      .map(({ name, line }) => `${file.path}:${line} ${name} is put into a region of its own`),
  );
  return [...placed, ...called];
}

function tagFindings(templates: Templates): string[] {
  const untagged = resourcesIn(templates).filter(
    ({ resource }) =>
      at(resource.value, 'location') !== undefined && at(resource.value, 'tags') === undefined,
  );
  const tags = templates.files.get('main.bicep')?.variables.find(({ name }) => name === 'tags')?.value;
  const found = untagged.map((placed) => `${placeOf(placed)} has no tags`);
  if (tags === undefined || at(tags, 'azd-env-name') === undefined)
    found.push('azd would not find its environment');
  const isService = resourcesIn(templates, SITE).some(({ resource }) => {
    const own = at(resource.value, 'tags');
    const args = own?.kind === 'call' ? own.args : [];
    return args.some((arg) => {
      const value = at(arg, 'azd-service-name');
      return value?.kind === 'literal' && value.value === 'api';
    });
  });
  if (!isService) found.push('azd would not find the app');
  return found;
}

const LONGEST: Readonly<Record<string, number>> = { hostStorage: 24, dataStorage: 24, keyVault: 24 };

const TOKEN = 'x'.repeat(13);

function nameFindings(templates: Templates): string[] {
  const main = templates.files.get('main.bicep');
  if (main === undefined) return ['there is no main.bicep'];
  return Object.entries(LONGEST).flatMap(([module, longest]) => {
    const value = main.modules.find(({ name }) => name === module)?.value;
    const name = value && at(value, 'params.name');
    const parts = name?.kind === 'text' ? name.parts : [];
    const isUnique = parts.some((part) => nameOf(part) === 'token');
    const text = parts
      .map((part) => (nameOf(part) === 'token' ? TOKEN : String(possibleValues(part, main, templates)?.[0])))
      .join('');
    const isLegal = (module === 'keyVault' ? /^[a-z][a-z0-9-]+$/ : /^[a-z0-9]+$/).test(text);
    return isUnique && isLegal && text.length <= longest ? [] : [`${module} cannot be named ${text}`];
  });
}

function versionFindings(templates: Templates): string[] {
  const versions = new Map<string, Set<string>>();
  for (const { resources } of templates.files.values())
    for (const { type, version } of resources)
      versions.set(type, (versions.get(type) ?? new Set()).add(version));
  return [...versions]
    .filter(([, all]) => all.size > 1)
    .map(([type, all]) => `${type} is used as of ${[...all].join(' and ')}`);
}

const Parameters = z.object({ parameters: z.record(z.string(), z.object({ value: z.string() })) });

function azdFindings(templates: Templates): string[] {
  const { parameters } = Parameters.parse(jsonIn(templates, 'main.parameters.json'));
  const declared = templates.files.get('main.bicep')?.parameters ?? [];
  const unknown = Object.keys(parameters).filter((key) => !declared.some(({ name }) => name === key));
  const missing = declared.filter(({ name, initial }) => initial === undefined && !(name in parameters));
  const plain = Object.entries(parameters).filter(
    ([, { value }]) => !/^\$\{[A-Z_]+(=[a-z/]*)?\}$/.test(value),
  );
  return [
    ...unknown.map((name) => `${name} is no parameter of main.bicep`),
    ...missing.map(({ name }) => `${name} is not given by azd`),
    ...plain.map(([name]) => `${name} does not come from a variable of azd`),
  ];
}
