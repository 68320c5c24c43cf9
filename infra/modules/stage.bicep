// One queue, the poison queue for messages that failed five times, and the alert that does not need the app to be alive:
// it sees the runtime put the message there. The poison queue is made here, so that its first message is logged as well.

param queueName string

@description('The blob trigger\'s own queue is made by the runtime; only its poison queue is ours.')
param isOfTheRuntime bool = false
param alertName string
param location string
param tags object
param dataAccountName string
param workspaceId string
param actionGroupId string

var poisonName = '${queueName}-poison'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = if (!isOfTheRuntime) {
  parent: queueService
  name: queueName
}

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = {
  parent: queueService
  name: poisonName
}

resource poisoned 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: alertName
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Message failed five times: ${queueName}'
    description: 'A message was moved to ${poisonName}.'
    severity: 1
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: false
    // The table is not there before the first log.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: 'StorageQueueLogs | where OperationName == "PutMessage" and Uri contains "/${poisonName}/messages" | project TimeGenerated, Uri'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupId
      ]
      customProperties: {
        runbook: 'docs/runbooks/stage-failed.md'
      }
    }
  }
}
