// What the platform itself sees: it does not need the app to be alive. Which query is looked at how often, how bad it
// is and what to do are data (alerts.json); the queries are tested over lines as the app writes them.
// Poison queues have their alerts in stage.bicep, events that could not be delivered in events.bicep.

param queryAlertPrefix string
param metricAlertPrefix string
param webTestName string
param location string
param tags object
param workspaceId string
param applicationInsightsId string

@description('Whom to tell: the ids of two action groups, `page` for what somebody must get up for and `notify` for the rest.')
param actionGroupIds object

@description('Address of GET /api/health, which is asked from five places.')
param healthUrl string

@description('Accounts whose throttling is looked for: name and id of each.')
param storageAccounts array

@description('Where the runbooks are read: the address of docs/runbooks, without a slash at its end.')
param runbooksUrl string

@description('Sources that are pulled. The others are not missed.')
param sourcesInUse array

var rules = loadJsonContent('../alerts.json')
var queries = {
  access_broken: loadTextContent('../kql/alerts/access_broken.kql')
  access_unrecorded: loadTextContent('../kql/alerts/access_unrecorded.kql')
  alerts_not_delivered: loadTextContent('../kql/alerts/alerts_not_delivered.kql')
  data_late: loadTextContent('../kql/alerts/data_late.kql')
  dead_man: replace(loadTextContent('../kql/alerts/dead_man.kql'), 'dynamic(["cascade", "hubspot", "meta"])', 'dynamic(${string(sourcesInUse)})')
  errors_many: loadTextContent('../kql/alerts/errors_many.kql')
  http_5xx: loadTextContent('../kql/alerts/http_5xx.kql')
  http_slow: loadTextContent('../kql/alerts/http_slow.kql')
  kpi_outside_limits: loadTextContent('../kql/alerts/kpi_outside_limits.kql')
  log_cap_reached: loadTextContent('../kql/alerts/log_cap_reached.kql')
  message_poisoned: loadTextContent('../kql/alerts/message_poisoned.kql')
  must_never_happen: loadTextContent('../kql/alerts/must_never_happen.kql')
  rows_dropped: loadTextContent('../kql/alerts/rows_dropped.kql')
  run_failed: loadTextContent('../kql/alerts/run_failed.kql')
  run_slow: loadTextContent('../kql/alerts/run_slow.kql')
  run_stuck: loadTextContent('../kql/alerts/run_stuck.kql')
}

// The query gives a row when somebody is to be told, and none otherwise.
resource queryAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in rules: {
  name: '${queryAlertPrefix}${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    description: '${rule.title}. ${runbooksUrl}/${rule.runbook}.md'
    severity: rule.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: rule.every
    windowSize: rule.window
    autoMitigate: rule.autoMitigate
    // A fact lies in several windows, one after the other: it is told once.
    muteActionsDuration: rule.autoMitigate ? null : rule.window
    // In a new workspace there is neither a table nor the function yet.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: '${join(rule.let, '\n')}\n${queries[rule.query]}'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: rule.dimensions
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        // The first two severities wake somebody.
        rule.severity <= 1 ? actionGroupIds.page : actionGroupIds.notify
      ]
      customProperties: {
        runbook: '${runbooksUrl}/${rule.runbook}.md'
      }
    }
  }
}]

resource healthTest 'Microsoft.Insights/webtests@2022-06-15' = {
  name: webTestName
  location: location
  tags: union(tags, {
    'hidden-link:${applicationInsightsId}': 'Resource'
  })
  kind: 'standard'
  properties: {
    Name: 'health'
    SyntheticMonitorId: webTestName
    Kind: 'standard'
    Enabled: true
    Frequency: 300
    Timeout: 30
    RetryEnabled: true
    Locations: [
      { Id: 'us-va-ash-azr' }
      { Id: 'us-tx-sn1-azr' }
      { Id: 'us-il-ch1-azr' }
      { Id: 'emea-nl-ams-azr' }
      { Id: 'latam-br-gru-edge' }
    ]
    Request: {
      RequestUrl: healthUrl
      HttpVerb: 'GET'
      ParseDependentRequests: false
    }
    ValidationRules: {
      ExpectedHttpStatusCode: 200
      SSLCheck: true
      SSLCertRemainingLifetimeCheck: 14
    }
  }
}

resource unavailable 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${metricAlertPrefix}availability'
  location: 'global'
  tags: tags
  properties: {
    description: 'The product answers fewer than 99 of 100 health checks. ${runbooksUrl}/config-invalid.md'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [
      applicationInsightsId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT1H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricNamespace: 'microsoft.insights/components'
          metricName: 'availabilityResults/availabilityPercentage'
          operator: 'LessThan'
          threshold: 99
          timeAggregation: 'Average'
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupIds.page
        webHookProperties: {
          runbook: '${runbooksUrl}/config-invalid.md'
        }
      }
    ]
  }
}

resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = [for account in storageAccounts: {
  name: '${metricAlertPrefix}throttled-${account.name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Storage turns requests away since there are too many. ${runbooksUrl}/stage-failed.md'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [
      account.id
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'throttled'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'ClientThrottlingError'
                'ClientAccountRequestThrottlingError'
                'ClientAccountBandwidthThrottlingError'
                'ServerBusyError'
              ]
            }
          ]
          operator: 'GreaterThan'
          threshold: 10
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupIds.notify
        webHookProperties: {
          runbook: '${runbooksUrl}/stage-failed.md'
        }
      }
    ]
  }
}]
