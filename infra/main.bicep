targetScope = 'subscription'

// Everything that the product needs in Azure, but for what must come after the code: see events.bicep.
// Plain resources rather than registry modules, so that all of it can be checked without an account or a network.

@description('Name of the environment in azd; part of the name of the resource group.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything.')
@minLength(1)
param location string

@description('Which row of environments.json and settings.json holds.')
@allowed([
  'dev'
  'staging'
  'production'
])
param tier string

@description('Git revision of the code that is deployed.')
param revision string = ''

@description('Who gets alerts by e-mail: addresses with commas between them.')
param alertEmails string = ''

@description('Integration URL of the service in PagerDuty for Azure Monitor; its key is part of it. Nobody is paged without it.')
@secure()
param pagerDutyUrl string = ''

@description('Webhook of the channel in Slack for alerts. Nothing is posted without it.')
@secure()
param slackWebhookUrl string = ''

@description('Where the runbooks are read: the address of docs/runbooks in the repository, for links in alerts.')
param runbooksUrl string = 'docs/runbooks'

@description('Group of those who may drop files and read reports, by its object id.')
param dropperGroupId string = ''

@description('Group of auditors, by its object id: they read the record of who did what, and nothing else.')
param auditorGroupId string = ''

@description('Group of those who put secrets into the vault, by its object id.')
param secretsOfficerGroupId string = ''

@description('First day of the first month of the budget, as 2026-12-01. Keep that of the first deployment.')
param budgetStart string = ''

@description('Not to be given: only the default may ask for the time.')
param thisMonth string = utcNow('yyyy-MM')

var names = loadJsonContent('abbreviations.json')
var environments = loadJsonContent('environments.json')
var ownSettings = loadJsonContent('settings.json')
var sizes = environments[tier]
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
  tier: tier
}

/** Each has a poison queue, and an alert on it. The blob trigger's own queue is made by the runtime. */
var queueNames = [
  'pull'
  'validate'
  'compute'
  'publish'
  'deliver'
]

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: '${names.resourceGroup}${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: '${names.identity}${token}'
    location: location
    tags: tags
  }
}

module notifications 'modules/notifications.bicep' = {
  scope: group
  params: {
    actionGroupPrefix: '${names.actionGroup}${token}'
    logicAppName: '${names.logicApp}slack-${token}'
    location: location
    tags: tags
    emails: empty(alertEmails) ? [] : split(replace(alertEmails, ' ', ''), ',')
    pagerDutyUrl: pagerDutyUrl
    slackWebhookUrl: slackWebhookUrl
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    workspaceName: '${names.logWorkspace}${token}'
    applicationInsightsName: '${names.applicationInsights}${token}'
    location: location
    tags: tags
    retentionDays: sizes.logRetentionDays
    dailyCapGb: sizes.logDailyCapGb
    appPrincipalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (sizes.hasNetwork) {
  scope: group
  params: {
    name: '${names.virtualNetwork}${token}'
    location: location
    tags: tags
  }
}

/** Empty where the app is in no network. */
var subnetId = sizes.hasNetwork ? network.outputs.appSubnetId : ''

module hostStorage 'modules/host-storage.bicep' = {
  scope: group
  params: {
    name: '${names.storageAccount}host${token}'
    location: location
    tags: tags
    redundancy: sizes.hostRedundancy
    subnetId: subnetId
    allowedAddresses: sizes.allowedAddresses
    appPrincipalId: identity.outputs.principalId
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  scope: group
  params: {
    name: '${names.storageAccount}data${token}'
    location: location
    tags: tags
    redundancy: sizes.dataRedundancy
    subnetId: subnetId
    allowedAddresses: sizes.allowedAddresses
    softDeleteDays: sizes.softDeleteDays
    pointInTimeRestoreDays: sizes.pointInTimeRestoreDays
    rawLockDays: sizes.rawLockDays
    rawPolicyIsLocked: sizes.rawPolicyIsLocked
    auditLockDays: sizes.auditLockDays
    auditPolicyIsLocked: sizes.auditPolicyIsLocked
    isProtectedFromDeletion: sizes.isProtectedFromDeletion
    workspaceId: monitoring.outputs.workspaceId
  }
}

module retention 'modules/retention.bicep' = {
  scope: group
  params: {
    dataAccountName: dataStorage.outputs.name
  }
}

module access 'modules/data-access.bicep' = {
  scope: group
  params: {
    dataAccountName: dataStorage.outputs.name
    appPrincipalId: identity.outputs.principalId
    dropperGroupId: dropperGroupId
    auditorGroupId: auditorGroupId
  }
}

module stages 'modules/stage.bicep' = [for queueName in queueNames: {
  scope: group
  params: {
    queueName: queueName
    alertName: '${names.queryAlert}poison-${queueName}-${token}'
    location: location
    tags: tags
    dataAccountName: dataStorage.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: notifications.outputs.pageGroupId
  }
}]

module blobEvents 'modules/stage.bicep' = {
  scope: group
  params: {
    queueName: 'webjobs-blobtrigger'
    isOfTheRuntime: true
    alertName: '${names.queryAlert}poison-blob-${token}'
    location: location
    tags: tags
    dataAccountName: dataStorage.outputs.name
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: notifications.outputs.pageGroupId
  }
}

module keyVault 'modules/key-vault.bicep' = {
  scope: group
  params: {
    name: '${names.keyVault}${token}'
    topicName: '${names.systemTopic}vault-${token}'
    location: location
    tags: tags
    subnetId: subnetId
    allowedAddresses: sizes.allowedAddresses
    appPrincipalId: identity.outputs.principalId
    secretsOfficerGroupId: secretsOfficerGroupId
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: notifications.outputs.noticeGroupId
  }
}

var endpoints = [
  { name: 'data-blob', target: 'data', service: 'blob' }
  { name: 'data-queue', target: 'data', service: 'queue' }
  { name: 'data-table', target: 'data', service: 'table' }
  { name: 'host-blob', target: 'host', service: 'blob' }
  { name: 'host-queue', target: 'host', service: 'queue' }
  { name: 'host-table', target: 'host', service: 'table' }
  { name: 'vault', target: 'vault', service: 'vault' }
]
var targets = {
  data: dataStorage.outputs.id
  host: hostStorage.outputs.id
  vault: keyVault.outputs.id
}

module privateEndpoints 'modules/private-endpoint.bicep' = [for endpoint in endpoints: if (sizes.hasNetwork && !empty(sizes.privateDnsGroupId)) {
  scope: group
  params: {
    name: '${names.privateEndpoint}${endpoint.name}-${token}'
    location: location
    tags: tags
    service: endpoint.service
    targetId: targets[endpoint.target]
    subnetId: network.outputs.endpointSubnetId
    zoneGroupId: sizes.privateDnsGroupId
  }
}]

module functionApp 'modules/function-app.bicep' = {
  scope: group
  params: {
    name: '${names.functionApp}${token}'
    planName: '${names.plan}${token}'
    location: location
    tags: tags
    tier: tier
    revision: revision
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostAccountName: hostStorage.outputs.name
    packageContainerUrl: hostStorage.outputs.packageContainerUrl
    dataAccountName: dataStorage.outputs.name
    keyVaultUri: keyVault.outputs.uri
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    subnetId: subnetId
    zoneRedundant: sizes.zoneRedundant
    instanceMemoryMB: sizes.instanceMemoryMB
    maximumInstanceCount: sizes.maximumInstanceCount
    alwaysReadyForBlobs: sizes.alwaysReadyForBlobs
    requestsAtOnce: sizes.requestsAtOnce
    ownSettings: union(ownSettings.everywhere, ownSettings[tier])
  }
  dependsOn: [
    access
    privateEndpoints
  ]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    queryAlertPrefix: '${names.queryAlert}${token}-'
    metricAlertPrefix: '${names.metricAlert}${token}-'
    webTestName: '${names.webTest}${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    actionGroupIds: {
      page: notifications.outputs.pageGroupId
      notify: notifications.outputs.noticeGroupId
    }
    healthUrl: '${functionApp.outputs.url}/api/health'
    storageAccounts: [
      { name: 'data', id: dataStorage.outputs.id }
      { name: 'host', id: hostStorage.outputs.id }
    ]
    runbooksUrl: runbooksUrl
    sourcesInUse: sizes.sourcesInUse
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = {
  scope: group
  params: {
    name: '${names.budget}${environmentName}'
    amount: sizes.monthlyBudget
    startDate: empty(budgetStart) ? '${thisMonth}-01' : budgetStart
    actionGroupId: notifications.outputs.noticeGroupId
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output PIPELINE_ENV string = tier
output FUNCTION_APP_NAME string = functionApp.outputs.name
output FUNCTION_APP_URL string = functionApp.outputs.url
output DATA_ACCOUNT_NAME string = dataStorage.outputs.name
output HOST_ACCOUNT_NAME string = hostStorage.outputs.name
output PACKAGE_CONTAINER_URL string = hostStorage.outputs.packageContainerUrl
output KEY_VAULT_NAME string = keyVault.outputs.name
output KEY_VAULT_URI string = keyVault.outputs.uri
output LOG_WORKSPACE_ID string = monitoring.outputs.workspaceId
output PAGE_GROUP_ID string = notifications.outputs.pageGroupId
output NOTICE_GROUP_ID string = notifications.outputs.noticeGroupId
