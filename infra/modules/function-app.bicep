// The app on Flex Consumption. There are no slots: going back means deploying the former package.
// The runtime is set in functionAppConfig; settings such as FUNCTIONS_WORKER_RUNTIME or WEBSITE_RUN_FROM_PACKAGE are not
// for this plan.

param name string
param planName string
param location string
param tags object
param tier string
param revision string
param identityId string
param identityClientId string
param hostAccountName string
param packageContainerUrl string
param dataAccountName string
param keyVaultUri string
param applicationInsightsName string

@description('Empty outside a network.')
param subnetId string
param zoneRedundant bool

@allowed([
  2048
  4096
])
param instanceMemoryMB int

@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('At least 1: without it events of dropped files find nobody.')
@minValue(1)
param alwaysReadyForBlobs int
param requestsAtOnce int

@description('Settings of settings.json: everything that is not known from the other resources.')
param ownSettings object

var storage = environment().suffixes.storage

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'api'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '24'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: [
          {
            name: 'blob'
            instanceCount: alwaysReadyForBlobs
          }
        ]
        triggers: {
          http: {
            perInstanceConcurrency: requestsAtOnce
          }
        }
      }
    }
  }
}

// These replace all settings that the app has, so what is set by hand is gone with the next deployment.
resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(ownSettings, {
    AzureWebJobsStorage__blobServiceUri: 'https://${hostAccountName}.blob.${storage}'
    AzureWebJobsStorage__queueServiceUri: 'https://${hostAccountName}.queue.${storage}'
    AzureWebJobsStorage__tableServiceUri: 'https://${hostAccountName}.table.${storage}'
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    DataStorage__blobServiceUri: 'https://${dataAccountName}.blob.${storage}'
    DataStorage__queueServiceUri: 'https://${dataAccountName}.queue.${storage}'
    DataStorage__tableServiceUri: 'https://${dataAccountName}.table.${storage}'
    DataStorage__credential: 'managedidentity'
    DataStorage__clientId: identityClientId
    AZURE_CLIENT_ID: identityClientId
    KEY_VAULT_URI: keyVaultUri
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    PIPELINE_ENV: tier
    PUBLIC_URL: 'https://${app.properties.defaultHostName}'
    REVISION: revision
  })
}

resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output id string = app.id
output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
