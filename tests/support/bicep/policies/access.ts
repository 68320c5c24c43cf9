import { isSecret, isSecure } from '../check-modules.ts';
import { possibleValues } from '../possible-values.ts';
import { at, bodyOf, type Expression, expressionsOf, within } from '../syntax.ts';
import { resourcesIn, type Templates } from '../templates.ts';
import { everyOne, is, nameOf, type Policy, placeOf, textsOf, valuesAt } from './policy.ts';

// Who gets in, and how.

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const CONTAINER = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const ASSIGNMENT = 'Microsoft.Authorization/roleAssignments';
const SITE = 'Microsoft.Web/sites';
const VAULT = 'Microsoft.KeyVault/vaults';

/** Roles that may be given, and on what at most. */
const ROLES: Readonly<Record<string, { name: string; on: readonly string[] }>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': { name: 'Storage Blob Data Owner', on: [ACCOUNT, CONTAINER] },
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': { name: 'Storage Blob Data Contributor', on: [CONTAINER] },
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': { name: 'Storage Blob Data Reader', on: [CONTAINER] },
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': { name: 'Storage Queue Data Contributor', on: [ACCOUNT] },
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': { name: 'Storage Table Data Contributor', on: [ACCOUNT] },
  '4633458b-17de-408a-b874-0445c86b69e6': { name: 'Key Vault Secrets User', on: [VAULT] },
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': { name: 'Key Vault Secrets Officer', on: [VAULT] },
  '3913510d-42f4-4e42-8a64-420c390055eb': {
    name: 'Monitoring Metrics Publisher',
    on: ['Microsoft.Insights/components'],
  },
};

/** What the app and the topic cannot do without, by the file that gives it. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'modules/host-storage.bicep': [
    'Storage Blob Data Owner',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
  ],
  'modules/data-access.bicep': [
    'Storage Blob Data Owner',
    'Storage Blob Data Contributor',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
  ],
  'modules/key-vault.bicep': ['Key Vault Secrets User'],
  'modules/monitoring.bicep': ['Monitoring Metrics Publisher'],
  'events.bicep': ['Storage Blob Data Contributor'],
};

export const ACCESS_POLICIES: readonly Policy[] = [
  everyOne('storage admits no shared keys', ACCOUNT, 'properties.allowSharedKeyAccess', is(false)),
  everyOne('storage asks for an identity', ACCOUNT, 'properties.defaultToOAuthAuthentication', is(true)),
  everyOne('storage takes TLS 1.2 or newer', ACCOUNT, 'properties.minimumTlsVersion', is('TLS1_2', 'TLS1_3')),
  everyOne('storage takes https only', ACCOUNT, 'properties.supportsHttpsTrafficOnly', is(true)),
  everyOne('no account lets blobs be public', ACCOUNT, 'properties.allowBlobPublicAccess', is(false)),
  everyOne('every container is private', CONTAINER, 'properties.publicAccess', is('None')),
  everyOne(
    'nothing is copied to other tenants',
    ACCOUNT,
    'properties.allowCrossTenantReplication',
    is(false),
  ),
  everyOne('the app takes https only', SITE, 'properties.httpsOnly', is(true)),
  everyOne('the app takes TLS 1.2 or newer', SITE, 'properties.siteConfig.minTlsVersion', is('1.2', '1.3')),
  everyOne('the app is nobody but its own identity', SITE, 'identity.type', is('UserAssigned')),
  everyOne(
    'the package is fetched as that identity',
    SITE,
    'properties.functionAppConfig.deployment.storage.authentication.type',
    is('UserAssignedIdentity'),
  ),
  everyOne(
    'nothing is published by password',
    'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
    'properties.allow',
    is(false),
  ),
  {
    name: 'neither FTP nor the deployment site is forgotten',
    findings: (templates) => {
      const closed = resourcesIn(templates, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies').flatMap(
        (placed) => valuesAt(placed, 'name', templates),
      );
      return ['ftp', 'scm'].filter((way) => !closed.includes(way)).map((way) => `${way} is not closed`);
    },
  },
  everyOne(
    'the workspace takes no keys',
    'Microsoft.OperationalInsights/workspaces',
    'properties.features.disableLocalAuth',
    is(true),
  ),
  everyOne(
    'Application Insights takes no keys',
    'Microsoft.Insights/components',
    'properties.DisableLocalAuth',
    is(true),
  ),
  everyOne('the vault goes by roles', VAULT, 'properties.enableRbacAuthorization', is(true)),
  everyOne('what is deleted from the vault comes back', VAULT, 'properties.enableSoftDelete', is(true)),
  everyOne('nothing is purged from the vault', VAULT, 'properties.enablePurgeProtection', is(true)),
  everyOne('the vault remembers for 90 days', VAULT, 'properties.softDeleteRetentionInDays', is(90)),
  everyOne('the vault serves no machines', VAULT, 'properties.enabledForDeployment', is(false)),
  everyOne('the vault serves no disks', VAULT, 'properties.enabledForDiskEncryption', is(false)),
  everyOne('the vault serves no templates', VAULT, 'properties.enabledForTemplateDeployment', is(false)),
  everyOne(
    'every role says to what kind of principal it is given',
    ASSIGNMENT,
    'properties.principalType',
    is('ServicePrincipal', 'Group'),
  ),
  { name: 'only least roles are given, and each on what it is for', findings: roleFindings },
  { name: 'whoever needs a role to work has it', findings: neededFindings },
  { name: 'a role has the same name each time it is deployed', findings: assignmentNameFindings },
  { name: 'people get roles as groups only', findings: peopleFindings },
  {
    name: 'keys are listed for the address of the blob trigger and of the Logic App alone',
    findings: listFindings,
  },
  { name: 'no output gives a secret away', findings: outputFindings },
  { name: 'what is secret by its name is secure', findings: secureFindings },
  { name: 'no secret stands in a template', findings: literalFindings },
  { name: 'a network, where there is one, is the only way in', findings: firewallFindings },
];

function roleFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const { file, resource } = placed;
    const scope = nameOf(at(resource.value, 'scope'));
    const type = file.resources.find(({ name }) => name === scope)?.type ?? 'the whole group';
    const ids = roleIdsOf(
      at(resource.value, 'properties.roleDefinitionId'),
      resource.value,
      placed,
      templates,
    );
    if (ids.length === 0) return [`${placeOf(placed)} gives a role that is not to be seen`];
    return ids.flatMap((id) => {
      const role = Object.hasOwn(ROLES, id) ? ROLES[id] : undefined;
      if (role === undefined) return [`${placeOf(placed)} gives ${id}, which is not among the known roles`];
      return role.on.includes(type) ? [] : [`${placeOf(placed)} gives ${role.name} on ${type}`];
    });
  });
}

function neededFindings(templates: Templates): string[] {
  const given = resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const { file, resource } = placed;
    const kinds = valuesAt(placed, 'properties.principalType', templates) ?? [];
    if (resource.value.kind === 'condition' || !kinds.includes('ServicePrincipal')) return [];
    const definition = at(resource.value, 'properties.roleDefinitionId');
    return roleIdsOf(definition, resource.value, placed, templates).map(
      (id) => `${file.path} ${ROLES[id]?.name}`,
    );
  });
  return Object.entries(NEEDED).flatMap(([path, names]) =>
    names.map((name) => `${path} ${name}`).filter((needed) => !given.includes(needed)),
  );
}

function roleIdsOf(
  definition: Expression | undefined,
  whole: Expression,
  { file }: ReturnType<typeof resourcesIn>[number],
  templates: Templates,
): readonly string[] {
  if (definition?.kind !== 'call' || definition.name !== 'subscriptionResourceId') return [];
  const id = definition.args[1];
  // In a loop over roles, all of them.
  const isLooped = whole.kind === 'loop' && id?.kind === 'name' && whole.variables[0] === id.name;
  return textsOf(isLooped ? whole.over : id, file, templates);
}

function assignmentNameFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const name = at(placed.resource.value, 'name');
    const parts = name?.kind === 'call' && name.name === 'guid' ? name.args : [];
    return parts.length >= 3 ? [] : [`${placeOf(placed)} is not named by what, who and role`];
  });
}

function peopleFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const principal = at(placed.resource.value, 'properties.principalId');
    const isGroup = nameOf(principal)?.endsWith('GroupId') === true;
    const kinds = valuesAt(placed, 'properties.principalType', templates) ?? [];
    return kinds.every((kind) => (kind === 'Group') === isGroup)
      ? []
      : [`${placeOf(placed)} takes one kind of principal for another`];
  });
}

function listFindings({ files }: Templates): string[] {
  return [...files.values()].flatMap((file) =>
    [...expressionsOf(file)].flatMap(({ of, expression }) =>
      [...within(expression)].flatMap((part) => {
        if (part.kind !== 'call' || !part.name.startsWith('list')) return [];
        const isBlobKey = file.path === 'events.bicep' && of.name === 'blobsKey';
        const isCallback = part.name === 'listCallbackUrl' && of.name === 'slackReceivers';
        return isBlobKey || isCallback ? [] : [`${file.path}:${part.line} ${of.name} lists keys`];
      }),
    ),
  );
}

function outputFindings({ files }: Templates): string[] {
  return [...files.values()].flatMap((file) =>
    file.outputs
      .filter(({ value }) => isSecret(value, file))
      .map(({ name, line }) => `${file.path}:${line} ${name} is a secret`),
  );
}

const SECRET_NAME = /webhook|pagerduty|password|secret(?!sOfficer)|token$|apikey|connectionstring/i;

function secureFindings({ files }: Templates): string[] {
  return [...files.values()].flatMap((file) =>
    file.parameters
      .filter((parameter) => SECRET_NAME.test(parameter.name) && !isSecure(parameter))
      .map(({ name, line }) => `${file.path}:${line} ${name} is not secure`),
  );
}

const SECRET_TEXT =
  /AccountKey=|SharedAccess|[?&]sig=|hooks\.slack\.com\/services|integration\/[0-9a-f]{16}|xox[bp]-|-----BEGIN .*PRIVATE/i;

function literalFindings(templates: Templates): string[] {
  const { files, data } = templates;
  const inData = [...data]
    .filter(([, text]) => SECRET_TEXT.test(text))
    .map(([path]) => `${path} looks as if it held a secret`);
  const inFiles = [...files.values()].flatMap((file) => [
    ...[...expressionsOf(file)].flatMap(({ expression }) =>
      [...within(expression)]
        .filter((part) => part.kind === 'literal' && SECRET_TEXT.test(String(part.value)))
        .map(({ line }) => `${file.path}:${line} looks like a secret`),
    ),
    ...file.parameters
      .filter((parameter) => isSecure(parameter) && parameter.initial !== undefined)
      .filter(({ initial }) => initial?.kind !== 'literal' || initial.value !== '')
      .map(({ name, line }) => `${file.path}:${line} ${name} is secure and has a value`),
  ]);
  return [...inData, ...inFiles];
}

function firewallFindings(templates: Templates): string[] {
  return [ACCOUNT, VAULT].flatMap((type) =>
    resourcesIn(templates, type).flatMap((placed) => {
      const rules = at(placed.resource.value, 'properties.networkAcls');
      const action = rules && at(rules, 'defaultAction');
      const rest = action?.kind === 'choice' ? action : undefined;
      const isAsked = rest?.test.kind === 'call' && rest.test.name === 'empty';
      const actions = [rest?.yes, rest?.no].map(
        (one) => one && possibleValues(one, placed.file, templates)?.[0],
      );
      const found: string[] = [];
      if (!isAsked || actions[0] !== 'Allow' || actions[1] !== 'Deny')
        found.push(`${placeOf(placed)} lets everybody in beside the network`);
      const networks = rules && at(rules, 'virtualNetworkRules');
      if (networks?.kind !== 'choice' || bodyOf(networks.no).kind !== 'array')
        found.push(`${placeOf(placed)} does not let the network in`);
      if (valuesAt(placed, 'properties.networkAcls.bypass', templates)?.[0] !== 'AzureServices')
        found.push(`${placeOf(placed)} keeps Event Grid and backups out`);
      return found;
    }),
  );
}
