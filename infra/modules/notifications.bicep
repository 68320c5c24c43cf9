// Who is told. Two groups: what somebody must get up for, and what can wait until the morning.
// None of these ways leads through the app itself, since it could not report its own death.

param actionGroupPrefix string
param logicAppName string
param location string
param tags object
param emails array

@secure()
param pagerDutyUrl string

@secure()
param slackWebhookUrl string

var emailReceivers = [for (email, index) in emails: {
  name: 'email-${index}'
  emailAddress: email
  useCommonAlertSchema: true
}]
var slackReceivers = empty(slackWebhookUrl) ? [] : [
  {
    name: 'slack'
    resourceId: slack.id
    callbackUrl: slackTrigger.listCallbackUrl().value
    useCommonAlertSchema: true
  }
]

resource page 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupPrefix}-page'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'abaco-page'
    enabled: true
    emailReceivers: emailReceivers
    logicAppReceivers: slackReceivers
    webhookReceivers: empty(pagerDutyUrl) ? [] : [
      {
        name: 'pagerduty'
        serviceUri: pagerDutyUrl
        useCommonAlertSchema: true
      }
    ]
  }
}

resource notice 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${actionGroupPrefix}-notice'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'abaco-note'
    enabled: true
    emailReceivers: emailReceivers
    logicAppReceivers: slackReceivers
  }
}

// Slack does not understand the common alert schema, so a Logic App says it in words.
resource slack 'Microsoft.Logic/workflows@2019-05-01' = {
  name: logicAppName
  location: location
  tags: tags
  properties: {
    state: 'Enabled'
    parameters: {
      webhookUrl: {
        value: slackWebhookUrl
      }
    }
    definition: {
      '$schema': 'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#'
      contentVersion: '1.0.0.0'
      parameters: {
        webhookUrl: {
          type: 'SecureString'
        }
      }
      triggers: {
        manual: {
          type: 'Request'
          kind: 'Http'
          inputs: {
            schema: {}
          }
        }
      }
      actions: {
        post: {
          type: 'Http'
          inputs: {
            method: 'POST'
            uri: '@parameters(\'webhookUrl\')'
            headers: {
              'content-type': 'application/json'
            }
            body: {
              text: '@{triggerBody()?[\'data\']?[\'essentials\']?[\'severity\']} @{triggerBody()?[\'data\']?[\'essentials\']?[\'monitorCondition\']}: @{triggerBody()?[\'data\']?[\'essentials\']?[\'alertRule\']}. @{triggerBody()?[\'data\']?[\'essentials\']?[\'description\']} @{coalesce(triggerBody()?[\'data\']?[\'customProperties\']?[\'runbook\'], \'\')}'
            }
          }
          runtimeConfiguration: {
            secureData: {
              properties: [
                'inputs'
              ]
            }
          }
        }
      }
    }
  }
}

// The type is not among those that Bicep knows, since it can only be read.
resource slackTrigger 'Microsoft.Logic/workflows/triggers@2019-05-01' existing = {
  parent: slack
  name: 'manual'
}

output pageGroupId string = page.id
output noticeGroupId string = notice.id
