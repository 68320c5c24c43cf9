// The lake, the ledger and the queues' account. What comes in is kept as it came: `raw` is written once, `audit`
// only grows. Backup is versions, soft delete and, outside dev, restore to a point in time.

param name string
param location string
param tags object
param redundancy string

@description('Network of the app; whoever is outside is let in by allowedAddresses alone. Empty: whoever has a role.')
param subnetId string
param allowedAddresses array
param softDeleteDays int

@description('0 for none. Less than softDeleteDays.')
param pointInTimeRestoreDays int
param rawLockDays int

@description('True once the policy has been locked by hand: a locked one cannot be deployed again.')
param rawPolicyIsLocked bool
param auditLockDays int
param auditPolicyIsLocked bool
param isProtectedFromDeletion bool
param workspaceId string

var zoneNames = [
  'landing'
  'staging'
  'quarantine'
  'marts'
  'reports'
  'runs'
]
var tableNames = [
  'runs'
  'datasets'
  'kpivalues'
  'quality'
  'deliveries'
  'breakers'
  'incidents'
  'sources'
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      // Event Grid writes its dead letters past the firewall, as a trusted service.
      bypass: 'AzureServices'
      defaultAction: empty(subnetId) ? 'Allow' : 'Deny'
      ipRules: [for address in allowedAddresses: {
        value: address
        action: 'Allow'
      }]
      virtualNetworkRules: empty(subnetId) ? [] : [
        {
          id: subnetId
          action: 'Allow'
        }
      ]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    changeFeed: {
      enabled: true
      retentionInDays: 90
    }
    deleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
      allowPermanentDelete: false
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: softDeleteDays
    }
    restorePolicy: pointInTimeRestoreDays > 0 ? {
      enabled: true
      days: pointInTimeRestoreDays
    } : {
      enabled: false
    }
    // Staged files are kept for as long as a book has them: retention.bicep asks when they were last read.
    lastAccessTimeTrackingPolicy: {
      enable: true
      name: 'AccessTimeTracking'
      trackingGranularityInDays: 1
      blobType: [
        'blockBlob'
      ]
    }
  }
}

resource zones 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [for zone in zoneNames: {
  parent: blobs
  name: zone
  properties: {
    publicAccess: 'None'
  }
}]

resource raw 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'raw'
  properties: {
    publicAccess: 'None'
  }
}

resource rawWrittenOnce 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = if (!rawPolicyIsLocked) {
  parent: raw
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: rawLockDays
    allowProtectedAppendWrites: false
  }
}

resource audit 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'audit'
  properties: {
    publicAccess: 'None'
  }
}

resource auditOnlyGrows 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = if (!auditPolicyIsLocked) {
  parent: audit
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: auditLockDays
    allowProtectedAppendWrites: true
  }
}

/** Events that could not be delivered; written by Event Grid, not by the app. */
resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: 'eventdeadletter'
  properties: {
    publicAccess: 'None'
  }
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [for table in tableNames: {
  parent: tableService
  name: table
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource notDeleted 'Microsoft.Authorization/locks@2020-05-01' = if (isProtectedFromDeletion) {
  scope: account
  name: 'not-deleted'
  properties: {
    level: 'CanNotDelete'
    notes: 'Holds every file that was ever dropped, and the audit trail.'
  }
}

/** Who read, wrote and deleted files. */
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageRead', enabled: true }
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

/** Writes alone, for the alerts on poison queues: the looks at empty queues would be most of all logs. */
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queueService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
    ]
  }
}

output id string = account.id
output name string = account.name
