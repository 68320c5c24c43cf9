import { isSecret, isSecure } from '../check-modules.ts';
import { possibleValues } from '../possible-values.ts';
import { at, bodyOf, expressionsOf, within } from '../syntax.ts';
import { resourcesIn, type Templates } from '../templates.ts';
import { everyOne, is, type Policy, placeOf, valuesAt } from './policy.ts';

// Who gets in, and how.

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const CONTAINER = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const SITE = 'Microsoft.Web/sites';
const VAULT = 'Microsoft.KeyVault/vaults';

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
  {
    name: 'keys are listed for the address of the blob trigger and of the Logic App alone',
    findings: listFindings,
  },
  { name: 'no output gives a secret away', findings: outputFindings },
  { name: 'what is secret by its name is secure', findings: secureFindings },
  { name: 'no secret stands in a template', findings: literalFindings },
  { name: 'a network, where there is one, is the only way in', findings: firewallFindings },
];

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
