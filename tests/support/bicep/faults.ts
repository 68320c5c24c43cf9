// Faults that people make in templates, as edits: each is found by some check, or that check is worth nothing.

export type Fault = {
  /** Which check has to find it. */
  readonly by: 'reader' | 'names' | 'modules' | 'start' | 'types' | 'policies' | 'drift';
  readonly file: string;
  readonly find: string;
  readonly put: string;
};

const fault =
  (by: Fault['by']) =>
  (file: string, find: string, put: string): Fault => ({ by, file, find, put });

const unreadable = fault('reader');
const misnamed = fault('names');
const misused = fault('modules');
const untimely = fault('start');
const mistyped = fault('types');
const unruly = fault('policies');
const adrift = fault('drift');

const DATA = 'modules/data-storage.bicep';
const APP = 'modules/function-app.bicep';
const VAULT = 'modules/key-vault.bicep';
const STAGE = 'modules/stage.bicep';
const LOGS = 'modules/monitoring.bicep';
const TOLD = 'modules/notifications.bicep';
const KEPT = 'modules/retention.bicep';
const ACCESS = 'modules/data-access.bicep';

export const FAULTS: readonly Fault[] = [
  unreadable(
    'main.bicep',
    "scope: group\n  params: {\n    name: '${names.identity}",
    "scope: group\n  params: \n    name: '${names.identity}",
  ),
  unreadable(STAGE, 'resource poison ', 'ressource poison '),
  unreadable(KEPT, 'concat([rawRule, stagingRule], deletionRules)', '[...deletionRules, rawRule]'),

  misnamed('main.bicep', 'amount: sizes.monthlyBudget', 'amount: size.monthlyBudget'),
  misnamed('main.bicep', 'sizes.logDailyCapGb', 'sizes.logDailyCap'),
  misnamed(
    DATA,
    "parent: account\n  name: 'default'\n  properties",
    "parent: acount\n  name: 'default'\n  properties",
  ),
  misnamed(
    DATA,
    'days: softDeleteDays\n    }\n    restorePolicy',
    'days: softDeletionDays\n    }\n    restorePolicy',
  ),
  misnamed(LOGS, "loadTextContent('../kql/AbacoEvents.kql')", "loadTextContent('kql/AbacoEvents.kql')"),
  misnamed(LOGS, 'param dailyCapGb int', 'param dailyCapGb integer'),
  misnamed('events.bicep', "listKeys('${app.id}", "listKey('${app.id}"),
  misnamed(VAULT, '@description(', '@descripton('),
  misnamed(
    APP,
    'var storage = environment().suffixes.storage',
    'param storage string\nvar storage = environment().suffixes.storage',
  ),
  misnamed('environments.json', '"requestsAtOnce": 16,', ''),

  misused('main.bicep', "module budget 'modules/budget.bicep'", "module budget 'modules/budgets.bicep'"),
  misused('main.bicep', '    amount: sizes.monthlyBudget\n', ''),
  misused('main.bicep', '    startDate: ', '    start: '),
  misused('main.bicep', 'amount: sizes.monthlyBudget', "amount: 'much'"),
  misused('main.bicep', 'zoneRedundant: sizes.zoneRedundant', 'zoneRedundant: sizes.instanceMemoryMB'),
  misused('main.bicep', 'identity.outputs.clientId', 'identity.outputs.clientID'),
  misused(
    'main.bicep',
    "module network 'modules/network.bicep' = if (sizes.hasNetwork) {\n  scope: group\n",
    "module network 'modules/network.bicep' = if (sizes.hasNetwork) {\n",
  ),
  misused(TOLD, '@secure()\nparam pagerDutyUrl string', 'param pagerDutyUrl string'),
  misused('modules/identity.bicep', 'output principalId string', 'output principal string'),
  misused(STAGE, 'param isOfTheRuntime bool = false', 'param isOfTheRuntime string = false'),
  misused('environments.json', '"monthlyBudget": 300', '"monthlyBudget": "300"'),

  untimely(
    'main.bicep',
    "target: 'host', service: 'blob'",
    "target: hostStorage.outputs.id, service: 'blob'",
  ),
  untimely(
    'main.bicep',
    "name: '${names.resourceGroup}${environmentName}'",
    "name: '${names.resourceGroup}${identity.outputs.clientId}'",
  ),
  untimely(STAGE, 'if (!isOfTheRuntime)', 'if (empty(account.properties.accessTier))'),
  untimely(
    'events.bicep',
    'guid(deadLetters.id, topicName, blobContributor)',
    'guid(deadLetters.id, topic.identity.principalId, blobContributor)',
  ),

  mistyped(DATA, 'allowSharedKeyAccess', 'allowSharedKeysAccess'),
  mistyped(DATA, "kind: 'StorageV2'", "kind: 'StorageV3'"),
  mistyped(DATA, "storageAccounts@2025-06-01' = {", "storageAccounts@2025-06-02' = {"),
  mistyped(DATA, 'retentionInDays: 90', "retentionInDays: '90'"),
  mistyped(DATA, "blobType: [\n        'blockBlob'\n      ]", "blobType: 'blockBlob'"),
  mistyped(DATA, '  parent: tableService\n', '  parent: queueService\n'),
  mistyped(
    DATA,
    "      { category: 'StorageRead', enabled: true }",
    "      { categories: 'StorageRead', enabled: true }",
  ),
  mistyped(STAGE, "operator: 'GreaterThan'", "operator: 'Greater'"),
  mistyped(STAGE, '    scopes: [\n      workspaceId\n    ]', '    scopes: workspaceId'),
  mistyped(VAULT, '    tenantId: subscription().tenantId\n', ''),
  mistyped(VAULT, "family: 'A'", "family: 'B'"),
  mistyped(VAULT, "endpointType: 'MonitorAlert'", "endpointType: 'AzureMonitorAlert'"),
  mistyped(VAULT, '  parent: topic\n', ''),
  mistyped(APP, "  sku: {\n    name: 'FC1'", "  sku: {\n    names: 'FC1'"),
  mistyped(APP, 'maximumInstanceCount: maximumInstanceCount', 'maximumInstances: maximumInstanceCount'),
  mistyped(APP, "name: 'scm'", "name: 'scn'"),
  mistyped(APP, 'REVISION: revision\n', 'REVISION: zoneRedundant\n'),
  mistyped(LOGS, "Application_Type: 'web'", "ApplicationType: 'web'"),
  mistyped(TOLD, "groupShortName: 'abaco-page'\n", ''),
  mistyped(KEPT, 'daysAfterModificationGreaterThan: deletion.days', 'daysAfterModification: deletion.days'),
  mistyped('modules/budget.bicep', 'threshold: 80', "threshold: '80'"),
  mistyped('modules/network.bicep', 'serviceName:', 'service:'),
  mistyped('environments.json', '"dataRedundancy": "Standard_ZRS"', '"dataRedundancy": "Standard_ZGRS"'),

  unruly(DATA, 'allowSharedKeyAccess: false', 'allowSharedKeyAccess: true'),
  unruly('modules/host-storage.bicep', 'allowSharedKeyAccess: false\n', ''),
  unruly(DATA, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'"),
  unruly(DATA, 'allowBlobPublicAccess: false', 'allowBlobPublicAccess: true'),
  unruly(DATA, "publicAccess: 'None'", "publicAccess: 'Blob'"),
  unruly(DATA, 'isVersioningEnabled: true', 'isVersioningEnabled: false'),
  unruly(DATA, 'allowProtectedAppendWrites: false', 'allowProtectedAppendWrites: true'),
  unruly(DATA, 'if (!rawPolicyIsLocked) {', 'if (!auditPolicyIsLocked) {'),
  unruly(DATA, "empty(subnetId) ? 'Allow' : 'Deny'", "empty(subnetId) ? 'Allow' : 'Allow'"),
  unruly(DATA, "bypass: 'AzureServices'", "bypass: 'None'"),
  unruly(
    DATA,
    "{ category: 'StorageDelete', enabled: true }",
    "{ category: 'StorageDelete', enabled: false }",
  ),
  unruly('environments.json', '"rawLockDays": 2555', '"rawLockDays": 365'),
  unruly('environments.json', '"pointInTimeRestoreDays": 14', '"pointInTimeRestoreDays": 30'),
  unruly('environments.json', '"softDeleteDays": 14', '"softDeleteDays": 1'),
  unruly('environments.json', '"dataRedundancy": "Standard_RAGZRS"', '"dataRedundancy": "Standard_ZRS"'),
  unruly('environments.json', '"alwaysReadyForBlobs": 2', '"alwaysReadyForBlobs": 1'),
  unruly('environments.json', '"hasNetwork": true', '"hasNetwork": false'),
  unruly(KEPT, 'daysAfterModificationGreaterThan: 30', 'daysAfterModificationGreaterThan: 3'),
  unruly(KEPT, "'quarantine/'", "'quarantin/'"),
  unruly(KEPT, 'days: 2557', 'days: 730'),
  unruly(KEPT, "'runs/run_'", "'raw/', 'runs/run_'"),
  unruly(
    KEPT,
    '      version: {\n        delete: {\n          daysAfterCreationGreaterThan: deletion.days\n        }\n      }\n',
    '',
  ),
  unruly(KEPT, 'daysAfterLastAccessTimeGreaterThan: 731', 'daysAfterModificationGreaterThan: 731'),
  unruly(VAULT, 'enableRbacAuthorization: true', 'enableRbacAuthorization: false'),
  unruly(VAULT, 'enablePurgeProtection: true', 'enablePurgeProtection: false'),
  unruly(VAULT, "        'Microsoft.KeyVault.SecretExpired'\n", ''),
  unruly(VAULT, "'4633458b-17de-408a-b874-0445c86b69e6'", "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'"),
  unruly(ACCESS, 'scope: containers[index]', 'scope: account'),
  unruly(ACCESS, "principalType: 'Group'", "principalType: 'ServicePrincipal'"),
  unruly(ACCESS, "    principalType: 'ServicePrincipal'\n", ''),
  unruly(ACCESS, 'scope: audit\n', 'scope: landing\n'),
  unruly(
    ACCESS,
    "    principalId: auditorGroupId\n    principalType: 'Group'\n    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)",
    "    principalId: auditorGroupId\n    principalType: 'Group'\n    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)",
  ),
  unruly(
    ACCESS,
    "  'marts'\n  'reports'\n]\n\nresource",
    "  'marts'\n  'reports'\n  'staging'\n]\n\nresource",
  ),
  unruly(ACCESS, 'guid(landing.id, appPrincipalId, blobOwner)', 'guid(landing.id)'),
  unruly(ACCESS, "'974c5e8b-45b9-4653-ba55-5f855dd0fb88'", "'0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'"),
  unruly(LOGS, 'disableLocalAuth: true', 'disableLocalAuth: false'),
  unruly(LOGS, 'DisableLocalAuth: true', 'DisableLocalAuth: false'),
  unruly(LOGS, "  'AppTraces'\n", ''),
  unruly(APP, 'httpsOnly: true', 'httpsOnly: false'),
  unruly(APP, "minTlsVersion: '1.2'", "minTlsVersion: '1.1'"),
  unruly(APP, 'allow: false', 'allow: true'),
  unruly(APP, "version: '24'", "version: '20'"),
  unruly(APP, "name: 'blob'", "name: 'function:file-dropped'"),
  unruly(APP, '    PIPELINE_ENV: tier\n', "    PIPELINE_ENV: tier\n    FUNCTIONS_WORKER_RUNTIME: 'node'\n"),
  unruly(APP, "    DataStorage__credential: 'managedidentity'\n", ''),
  unruly(APP, 'output id string = app.id', 'output id string = app.listKeys().value'),
  unruly(TOLD, 'output pageGroupId string = page.id', 'output pageGroupId string = slackWebhookUrl'),
  unruly(STAGE, "'${queueName}-poison'", "'${queueName}-poisoned'"),
  unruly(STAGE, '/${poisonName}/messages', '/${queueName}/messages'),
  unruly(STAGE, '      actionGroups: [\n        actionGroupId\n      ]\n', '      actionGroups: []\n'),
  unruly('events.bicep', '/containers/landing/', '/containers/landing'),
  unruly(
    'events.bicep',
    "'Microsoft.Storage.BlobCreated'",
    "'Microsoft.Storage.BlobCreated'\n        'Microsoft.Storage.BlobDeleted'",
  ),
  unruly('events.bicep', "            'PutBlockList'\n", ''),
  unruly('events.bicep', 'severity: 2\n', ''),
  unruly('main.bicep', '@secure()\nparam slackWebhookUrl', 'param slackWebhookUrl'),
  unruly(
    'main.bicep',
    "param slackWebhookUrl string = ''",
    "param slackWebhookUrl string = 'https://hooks.slack.com/services/T0/B0/x'",
  ),
  unruly(
    'main.bicep',
    "name: '${names.storageAccount}data${token}'",
    "name: '${names.storageAccount}-data-${token}'",
  ),
  unruly('main.bicep', "name: '${names.keyVault}${token}'", "name: '${names.keyVault}${environmentName}'"),
  unruly('main.bicep', '  dependsOn: [\n    access\n', '  dependsOn: [\n'),
  unruly('main.bicep', "'azd-env-name': environmentName", "'env-name': environmentName"),
  unruly('main.parameters.json', '"alertEmails"', '"alertEmail"'),
  unruly('main.parameters.json', '"${SLACK_ALERTS_WEBHOOK_URL=}"', '"https://example.org"'),
  unruly('modules/identity.bicep', 'location: location', "location: 'eastus'"),
  unruly('modules/budget.bicep', "thresholdType: 'Forecasted'", "thresholdType: 'Actual'"),

  unruly(DATA, 'defaultToOAuthAuthentication: true', 'defaultToOAuthAuthentication: false'),
  unruly(DATA, 'supportsHttpsTrafficOnly: true', 'supportsHttpsTrafficOnly: false'),
  unruly(DATA, 'allowCrossTenantReplication: false', 'allowCrossTenantReplication: true'),
  unruly(DATA, 'changeFeed: {\n      enabled: true', 'changeFeed: {\n      enabled: false'),
  unruly(
    DATA,
    'deleteRetentionPolicy: {\n      enabled: true',
    'deleteRetentionPolicy: {\n      enabled: false',
  ),
  unruly(
    DATA,
    'containerDeleteRetentionPolicy: {\n      enabled: true',
    'containerDeleteRetentionPolicy: {\n      enabled: false',
  ),
  unruly(DATA, 'allowPermanentDelete: false', 'allowPermanentDelete: true'),
  unruly(DATA, 'allowProtectedAppendWrites: true', 'allowProtectedAppendWrites: false'),
  unruly(DATA, "{ category: 'StorageWrite', enabled: true }\n    ]\n  }\n}\n\noutput", ']\n  }\n}\n\noutput'),
  unruly('environments.json', '"pointInTimeRestoreDays": 14', '"pointInTimeRestoreDays": 0'),
  unruly('environments.json', '"rawPolicyIsLocked": false', '"rawPolicyIsLocked": true'),
  unruly('environments.json', '"isProtectedFromDeletion": true', '"isProtectedFromDeletion": false'),
  unruly('environments.json', '"instanceMemoryMB": 2048', '"instanceMemoryMB": 512'),
  unruly('environments.json', '"logRetentionDays": 30', '"logRetentionDays": 90'),
  unruly(KEPT, "        'appendBlob'\n", ''),
  unruly(KEPT, 'tierToCold: {', 'tierToArchive: {'),
  unruly(
    'main.bicep',
    'dataAccountName: dataStorage.outputs.name',
    'dataAccountName: hostStorage.outputs.name',
  ),
  unruly(VAULT, 'enableSoftDelete: true', 'enableSoftDelete: false'),
  unruly(VAULT, 'softDeleteRetentionInDays: 90', 'softDeleteRetentionInDays: 7'),
  unruly(VAULT, 'enabledForDeployment: false', 'enabledForDeployment: true'),
  unruly(VAULT, 'enabledForDiskEncryption: false', 'enabledForDiskEncryption: true'),
  unruly(VAULT, 'enabledForTemplateDeployment: false', 'enabledForTemplateDeployment: true'),
  unruly(VAULT, "categoryGroup: 'audit'", "categoryGroup: 'allMetrics'"),
  unruly(APP, "identity: {\n    type: 'UserAssigned'", "identity: {\n    type: 'SystemAssigned'"),
  unruly(APP, "type: 'UserAssignedIdentity'", "type: 'StorageAccountConnectionString'"),
  unruly(APP, 'reserved: true', 'reserved: false'),
  unruly(LOGS, "functionAlias: 'AbacoEvents'", "functionAlias: 'Events'"),
  unruly(STAGE, 'enabled: true', 'enabled: false'),
  unruly(STAGE, '    skipQueryValidation: true\n', ''),
  unruly('events.bicep', 'eventTimeToLiveInMinutes: 1440', 'eventTimeToLiveInMinutes: 60'),
  unruly(
    'events.bicep',
    "deadLetterWithResourceIdentity: {\n      identity: {\n        type: 'SystemAssigned'",
    "deadLetterWithResourceIdentity: {\n      identity: {\n        type: 'UserAssigned'",
  ),

  adrift(DATA, "  'quarantine'\n", ''),
  adrift(DATA, "  'incidents'\n", "  'incident'\n"),
  adrift('main.bicep', "  'deliver'\n", ''),
  adrift('main.bicep', "queueName: 'webjobs-blobtrigger'", "queueName: 'webjobs-blobs'"),
  adrift(ACCESS, "  'audit'\n", ''),
  adrift('README.md', '| `hubspot-api-key` |', '| `hubspot-key` |'),
  adrift('settings.json', '"DESTINATIONS": "",', ''),
  adrift('settings.json', '"DESTINATIONS": "",', '"DESTINATIONS": "", "HUBSPOT_API_KEY": "",'),
  adrift('settings.json', '"staging": {', '"staging": { "DESTINATION": "slack"'),
  adrift(APP, '    KEY_VAULT_URI: keyVaultUri\n', ''),
  adrift('events.bicep', 'Host.Functions.file-dropped', 'Host.Functions.fileDropped'),
  adrift(STAGE, 'docs/runbooks/stage-failed.md', 'docs/runbooks/stage-fails.md'),
];
