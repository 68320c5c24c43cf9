import { z } from 'zod';
import { SourceName } from '../../../../shared/ports/source-client.ts';
import { possibleValues } from '../possible-values.ts';
import { at, bodyOf, type Expression } from '../syntax.ts';
import { jsonIn, resourcesIn, type Templates } from '../templates.ts';
import { atLeast, everyOne, is, nameOf, type Policy, placeOf, textsOf, valuesAt } from './policy.ts';

// What is kept, for how long, and what brings it back.

const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices';
const WORM = `${BLOBS}/containers/immutabilityPolicies`;
const LIFECYCLE = 'Microsoft.Storage/storageAccounts/managementPolicies';
const DATA = { where: ({ file }: { file: { path: string } }) => file.path === 'modules/data-storage.bicep' };

/** Days after which files are deleted, by where they lie: design 6. */
const KEPT_DAYS: Readonly<Record<string, number>> = {
  'landing/': 7,
  'eventdeadletter/': 30,
  'quarantine/': 90,
  'marts/': 731,
  'reports/': 731,
  'staging/': 731,
  'runs/run_': 2557,
  'audit/': 2557,
};
const SEVEN_YEARS = 2555;

const Environments = z.record(
  z.enum(['dev', 'staging', 'production']),
  z.strictObject({
    dataRedundancy: z.enum(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS', 'Standard_RAGZRS']),
    hostRedundancy: z.enum(['Standard_LRS', 'Standard_ZRS']),
    zoneRedundant: z.boolean(),
    hasNetwork: z.boolean(),
    privateDnsGroupId: z.string(),
    allowedAddresses: z.array(z.union([z.ipv4(), z.cidrv4()])),
    softDeleteDays: z.int().min(7).max(365),
    pointInTimeRestoreDays: z.int().min(0),
    rawLockDays: z.int().min(1).max(146_000),
    rawPolicyIsLocked: z.boolean(),
    auditLockDays: z.int().min(1).max(146_000),
    auditPolicyIsLocked: z.boolean(),
    isProtectedFromDeletion: z.boolean(),
    instanceMemoryMB: z.union([z.literal(2048), z.literal(4096)]),
    maximumInstanceCount: z.int().min(1).max(1000),
    alwaysReadyForBlobs: z.int().min(1),
    requestsAtOnce: z.int().min(1).max(1000),
    logRetentionDays: z.int().min(30),
    logDailyCapGb: z.int().min(1),
    sourcesInUse: z.array(SourceName),
    monthlyBudget: z.int().min(1),
  }),
);
export type Sizes = z.infer<typeof Environments>;

/** Nothing where they are not complete, which is a finding of its own. */
export function environmentsIn(templates: Templates): Partial<Sizes> {
  return Environments.safeParse(jsonIn(templates, 'environments.json')).data ?? {};
}

export const DATA_POLICIES: readonly Policy[] = [
  { name: 'the environments are dev, staging and production, each complete', findings: environmentFindings },
  everyOne('former versions of files are kept', BLOBS, 'properties.isVersioningEnabled', is(true), DATA),
  everyOne('what changed is recorded', BLOBS, 'properties.changeFeed.enabled', is(true), DATA),
  everyOne(
    'deleted files come back for a week at least',
    BLOBS,
    'properties.deleteRetentionPolicy.days',
    atLeast(7),
  ),
  everyOne('soft delete of files is on', BLOBS, 'properties.deleteRetentionPolicy.enabled', is(true)),
  everyOne(
    'soft delete of containers is on',
    BLOBS,
    'properties.containerDeleteRetentionPolicy.enabled',
    is(true),
  ),
  everyOne(
    'deleted containers come back for a week at least',
    BLOBS,
    'properties.containerDeleteRetentionPolicy.days',
    atLeast(7),
  ),
  everyOne(
    'nobody deletes past soft delete',
    BLOBS,
    'properties.deleteRetentionPolicy.allowPermanentDelete',
    is(false),
    DATA,
  ),
  forEach('a point in time to restore is younger than what soft delete keeps', (sizes) =>
    sizes.pointInTimeRestoreDays < sizes.softDeleteDays ? undefined : 'restores to before what is kept',
  ),
  forEach('production restores to a point in time', (sizes, name) =>
    name !== 'production' || sizes.pointInTimeRestoreDays >= 7 ? undefined : 'restores nothing',
  ),
  forEach('production has a copy in another region, and in other zones', (sizes, name) =>
    name !== 'production' ||
    (sizes.dataRedundancy.endsWith('GZRS') && sizes.hostRedundancy === 'Standard_ZRS')
      ? undefined
      : 'has one place only',
  ),
  forEach('production keeps raw and audit unchanged for seven years', (sizes, name) =>
    name !== 'production' || (sizes.rawLockDays >= SEVEN_YEARS && sizes.auditLockDays >= SEVEN_YEARS)
      ? undefined
      : 'lets them be changed earlier',
  ),
  forEach('nothing is locked outside production, where it must go away again', (sizes, name) =>
    name === 'production' || !(sizes.rawPolicyIsLocked || sizes.auditPolicyIsLocked)
      ? undefined
      : 'is locked for ever',
  ),
  forEach('the account of production is protected from deletion', (sizes, name) =>
    name !== 'production' || sizes.isProtectedFromDeletion ? undefined : 'is not protected',
  ),
  forEach('production is in a network', (sizes, name) =>
    name !== 'production' || sizes.hasNetwork ? undefined : 'is open to every network',
  ),
  everyOne(
    'raw is written once: nothing is appended',
    WORM,
    'properties.allowProtectedAppendWrites',
    is(false),
    { where: ({ resource }) => nameOf(at(resource.value, 'parent')) === 'raw' },
  ),
  everyOne('audit only grows: it is appended to', WORM, 'properties.allowProtectedAppendWrites', is(true), {
    where: ({ resource }) => nameOf(at(resource.value, 'parent')) === 'audit',
  }),
  { name: 'write-once policies step aside once they are locked', findings: lockFindings },
  {
    name: 'raw goes to cool after 30 days and to cold after 90, and is never deleted',
    findings: rawFindings,
  },
  { name: 'every place has the retention of the design', findings: retentionFindings },
  { name: 'what is deleted is deleted with its versions and snapshots', findings: copyFindings },
  { name: 'append blobs are deleted where logs and the audit trail are', findings: appendFindings },
  {
    name: 'when files were last read is recorded, since retention asks for it',
    findings: accessTimeFindings,
  },
  {
    name: 'no rule moves files to archive, which redundancy across zones does not have',
    findings: archiveFindings,
  },
  { name: 'no lifecycle rule is for the account of the host', findings: hostFindings },
];

/** Every environment fulfils something, or what is wrong with it is said. */
function forEach(
  name: string,
  wrongWith: (sizes: Sizes['dev'], environment: string) => string | undefined,
): Policy {
  return {
    name,
    findings: (templates) =>
      Object.entries(environmentsIn(templates)).flatMap(([environment, sizes]) => {
        const wrong = wrongWith(sizes, environment);
        return wrong === undefined ? [] : [`environments.json: ${environment} ${wrong}`];
      }),
  };
}

function environmentFindings(templates: Templates): string[] {
  const parsed = Environments.safeParse(jsonIn(templates, 'environments.json'));
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `environments.json: ${path.join('.')} ${message}`);
}

function lockFindings(templates: Templates): string[] {
  return resourcesIn(templates, WORM).flatMap((placed) => {
    const { value } = placed.resource;
    const parent = nameOf(at(value, 'parent')) ?? '';
    const test =
      value.kind === 'condition' && value.test.kind === 'operation' ? value.test.operands[0] : undefined;
    return nameOf(test) === `${parent}PolicyIsLocked`
      ? []
      : [`${placeOf(placed)} is deployed though it is locked`];
  });
}

type Rule = {
  readonly paths: readonly string[];
  readonly rule: Expression;
  readonly days: number | undefined;
};

/** The lifecycle rules; those of a loop once for each of what it goes over. */
function rulesIn(templates: Templates): Rule[] {
  return resourcesIn(templates, LIFECYCLE).flatMap(({ file, resource }) => {
    const rules = at(resource.value, 'properties.policy.rules');
    const parts = rules?.kind === 'call' && rules.name === 'concat' ? rules.args : rules ? [rules] : [];
    const resolve = (part: Expression): Expression =>
      part.kind === 'name' ? (file.variables.find(({ name }) => name === part.name)?.value ?? part) : part;
    return parts.map(resolve).flatMap((part): Rule[] => {
      if (part.kind === 'array')
        return part.items.map(resolve).map((rule) => ({
          rule,
          paths: textsOf(at(rule, 'definition.filters.prefixMatch'), file, templates),
          days: undefined,
        }));
      if (part.kind !== 'loop') return [];
      const items = z
        .array(z.object({ days: z.number(), paths: z.array(z.string()) }))
        .catch([])
        .parse(possibleValues(part.over, file, templates)?.[0]);
      return items.map(({ days, paths }) => ({ rule: bodyOf(part), paths, days }));
    });
  });
}

const DELETIONS = ['baseBlob', 'version', 'snapshot'] as const;

function deletionOf({ rule, days }: Rule, of: (typeof DELETIONS)[number]): number | undefined {
  const deletion = at(rule, `definition.actions.${of}.delete`);
  const value = deletion?.kind === 'object' ? deletion.properties[0]?.value : undefined;
  if (value?.kind === 'literal' && typeof value.value === 'number') return value.value;
  return value?.kind === 'member' && value.property === 'days' ? days : undefined;
}

const rulesFor = (place: string, templates: Templates): Rule[] =>
  rulesIn(templates).filter(({ paths }) => paths.includes(place));

function rawFindings(templates: Templates): string[] {
  const rules = rulesFor('raw/', templates);
  const days = (tier: string): unknown[] =>
    rules.map(({ rule }) => {
      const value = at(rule, `definition.actions.baseBlob.${tier}.daysAfterModificationGreaterThan`);
      return value?.kind === 'literal' ? value.value : undefined;
    });
  const found: string[] = [];
  if (String(days('tierToCool')) !== '30') found.push('raw does not go to cool after 30 days');
  if (String(days('tierToCold')) !== '90') found.push('raw does not go to cold after 90 days');
  const deleting = rulesIn(templates).filter(
    (rule) => rule.paths.some((path) => 'raw/'.startsWith(path) || path.startsWith('raw')) && deletes(rule),
  );
  if (deleting.length > 0 || rulesIn(templates).some(({ paths }) => paths.length === 0))
    found.push('raw is deleted');
  return found;
}

const deletes = (rule: Rule): boolean =>
  DELETIONS.some((of) => at(rule.rule, `definition.actions.${of}.delete`) !== undefined);

function retentionFindings(templates: Templates): string[] {
  return Object.entries(KEPT_DAYS).flatMap(([place, days]) => {
    const kept = rulesFor(place, templates).map((rule) => deletionOf(rule, 'baseBlob'));
    return kept.length === 1 && kept[0] === days
      ? []
      : [`${place} is kept for ${kept.join(' and ') || 'ever'}, not for ${days} days`];
  });
}

function copyFindings(templates: Templates): string[] {
  return rulesIn(templates)
    .filter(deletes)
    .flatMap((rule) => {
      const days = DELETIONS.map((of) => deletionOf(rule, of));
      return days.every((one) => one !== undefined && one === days[0])
        ? []
        : [`${rule.paths.join(', ')}: files, versions and snapshots are kept for ${days.join(', ')} days`];
    });
}

function appendFindings(templates: Templates): string[] {
  return ['audit/', 'eventdeadletter/', 'runs/run_'].filter((place) =>
    rulesFor(place, templates).some(({ rule }) => {
      const types = at(rule, 'definition.filters.blobTypes');
      const items = types?.kind === 'array' ? types.items : [];
      return !items.some((item) => item.kind === 'literal' && item.value === 'appendBlob');
    }),
  );
}

function accessTimeFindings(templates: Templates): string[] {
  const asks = rulesIn(templates).some(
    ({ rule }) =>
      at(rule, 'definition.actions.baseBlob.delete.daysAfterLastAccessTimeGreaterThan') !== undefined,
  );
  const records = resourcesIn(templates, BLOBS).some(
    (placed) => valuesAt(placed, 'properties.lastAccessTimeTrackingPolicy.enable', templates)?.[0] === true,
  );
  return !asks ? ['staging is not kept while it is read'] : records ? [] : ['it is not recorded'];
}

function archiveFindings(templates: Templates): string[] {
  return rulesIn(templates)
    .filter(({ rule }) => at(rule, 'definition.actions.baseBlob.tierToArchive') !== undefined)
    .map(({ paths }) => `${paths.join(', ')} goes to archive`);
}

function hostFindings(templates: Templates): string[] {
  const places = resourcesIn(templates, LIFECYCLE).map(({ file }) => file.path);
  const main = templates.files.get('main.bicep');
  const called = main?.modules.find(({ path }) => path === 'modules/retention.bicep');
  const account = called && at(called.value, 'params.dataAccountName');
  const of = account?.kind === 'member' && account.of.kind === 'member' ? nameOf(account.of.of) : undefined;
  return places.length === 1 && of === 'dataStorage'
    ? []
    : ['a rule is for another account than that of the data'];
}
