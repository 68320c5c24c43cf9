// Logs and telemetry. Nothing writes to them with a key: the app has a role instead.

param workspaceName string
param applicationInsightsName string
param location string
param tags object
param retentionDays int
param dailyCapGb int
param appPrincipalId string

var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

/** Logs of the runs. These tables would otherwise be kept for 90 days, whatever the workspace says. */
var tablesOfTheApp = [
  'AppAvailabilityResults'
  'AppDependencies'
  'AppEvents'
  'AppExceptions'
  'AppMetrics'
  'AppPerformanceCounters'
  'AppRequests'
  'AppTraces'
]

/** Who read or deleted what: kept for seven years, like the audit trail. */
var tablesOfTheAudit = [
  'AZKVAuditLogs'
  'StorageBlobLogs'
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
  }
}

// One after the other: the workspace takes no second change while it is at the first.
@batchSize(1)
resource runLogs 'Microsoft.OperationalInsights/workspaces/tables@2025-02-01' = [for table in tablesOfTheApp: {
  parent: workspace
  name: table
  properties: {
    retentionInDays: retentionDays
    totalRetentionInDays: retentionDays
  }
}]

@batchSize(1)
resource auditLogs 'Microsoft.OperationalInsights/workspaces/tables@2025-02-01' = [for table in tablesOfTheAudit: {
  parent: workspace
  name: table
  properties: {
    retentionInDays: retentionDays
    totalRetentionInDays: 2556
  }
}]

/** What the queries of alerts and workbooks call; it hides by which way an event came. */
resource abacoEvents 'Microsoft.OperationalInsights/workspaces/savedSearches@2025-02-01' = {
  parent: workspace
  name: 'abaco-events'
  properties: {
    category: 'Abaco'
    displayName: 'AbacoEvents'
    functionAlias: 'AbacoEvents'
    query: loadTextContent('../kql/AbacoEvents.kql')
    version: 2
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

resource mayPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, appPrincipalId, metricsPublisher)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

output workspaceId string = workspace.id
output applicationInsightsId string = applicationInsights.id
output applicationInsightsName string = applicationInsights.name
