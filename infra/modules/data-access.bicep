// Who may do what with the data. The app has a role on each container that it works with; Event Grid's container for
// dead letters is not among them. Queues and tables are all the app's own, and the runtime makes more of them.

param dataAccountName string
param appPrincipalId string

@description('Group of those who drop files and read results; nobody without it.')
param dropperGroupId string

@description('Group of those who read the access record; nobody without it.')
param auditorGroupId string

var blobOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var queueContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var tableContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'

var containersOfTheApp = [
  'raw'
  'staging'
  'quarantine'
  'marts'
  'reports'
  'runs'
  'audit'
]
var containersOfResults = [
  'marts'
  'reports'
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: account
  name: 'default'
}

resource landing 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'landing'
}

resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: 'audit'
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [for container in containersOfTheApp: {
  parent: blobs
  name: container
}]

resource results 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [for container in containersOfResults: {
  parent: blobs
  name: container
}]

// Documented as necessary for the identity of a blob trigger; narrowed to the container that it watches.
resource appOwnsLanding 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: landing
  name: guid(landing.id, appPrincipalId, blobOwner)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobOwner)
  }
}

resource appWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (container, index) in containersOfTheApp: {
  scope: containers[index]
  name: guid(account.id, container, appPrincipalId, blobContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}]

resource appQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, appPrincipalId, queueContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueContributor)
  }
}

resource appTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, appPrincipalId, tableContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableContributor)
  }
}

resource peopleDrop 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(dropperGroupId)) {
  scope: landing
  name: guid(landing.id, dropperGroupId, blobContributor)
  properties: {
    principalId: dropperGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}

resource peopleRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (container, index) in containersOfResults: if (!empty(dropperGroupId)) {
  scope: results[index]
  name: guid(account.id, container, dropperGroupId, blobReader)
  properties: {
    principalId: dropperGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
  }
}]

// Enough to walk the chain of the access record, and to change nothing in it.
resource auditorsRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(auditorGroupId)) {
  scope: audit
  name: guid(audit.id, auditorGroupId, blobReader)
  properties: {
    principalId: auditorGroupId
    principalType: 'Group'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
  }
}
