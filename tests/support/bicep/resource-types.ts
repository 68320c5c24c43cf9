import { EVENT_AND_ALERT_TYPES } from './resource-types-monitoring.ts';
import { list, map, object, oneOf, type Shape } from './shapes.ts';

// What the resources of the templates may say: their types in the versions that are used, and of these the properties
// that are used or near to what is used. Written by hand from the public reference; a property that is new to the
// templates is added here once it has been looked up there, so that a slip of the pen is not taken for one.

const TAGS = map('string');

const RULES = (more: Readonly<Record<string, Shape>>): Shape =>
  object({
    bypass: oneOf('AzureServices', 'None'),
    'defaultAction!': oneOf('Allow', 'Deny'),
    ipRules: list(object({ 'value!': 'string', ...more })),
    virtualNetworkRules: list(object({ 'id!': 'string', ...more })),
  });

const RETENTION = object({ enabled: 'bool', days: 'int', allowPermanentDelete: 'bool' });
const DAYS_OF_BASE = object({
  daysAfterModificationGreaterThan: 'int',
  daysAfterCreationGreaterThan: 'int',
  daysAfterLastAccessTimeGreaterThan: 'int',
  daysAfterLastTierChangeGreaterThan: 'int',
});
const DAYS_OF_COPY = object({ 'daysAfterCreationGreaterThan!': 'int' });
const copies = object({ delete: DAYS_OF_COPY, tierToCool: DAYS_OF_COPY, tierToCold: DAYS_OF_COPY });

const STORAGE: Readonly<Record<string, Shape>> = {
  'Microsoft.Storage/storageAccounts@2025-06-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    'kind!': oneOf('StorageV2', 'BlobStorage', 'BlockBlobStorage', 'FileStorage', 'Storage'),
    'sku!': object({
      'name!': oneOf(
        ...['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_RAGRS', 'Standard_GZRS'],
        'Standard_RAGZRS',
      ),
    }),
    properties: object({
      accessTier: oneOf('Hot', 'Cool', 'Cold'),
      allowBlobPublicAccess: 'bool',
      allowSharedKeyAccess: 'bool',
      allowCrossTenantReplication: 'bool',
      defaultToOAuthAuthentication: 'bool',
      minimumTlsVersion: oneOf('TLS1_0', 'TLS1_1', 'TLS1_2', 'TLS1_3'),
      supportsHttpsTrafficOnly: 'bool',
      publicNetworkAccess: oneOf('Enabled', 'Disabled', 'SecuredByPerimeter'),
      isHnsEnabled: 'bool',
      networkAcls: RULES({ action: oneOf('Allow') }),
    }),
  }),
  'Microsoft.Storage/storageAccounts/blobServices@2025-06-01': object({
    'name!': oneOf('default'),
    properties: object({
      isVersioningEnabled: 'bool',
      changeFeed: object({ enabled: 'bool', retentionInDays: 'int' }),
      deleteRetentionPolicy: RETENTION,
      containerDeleteRetentionPolicy: RETENTION,
      restorePolicy: object({ 'enabled!': 'bool', days: 'int' }),
      lastAccessTimeTrackingPolicy: object({
        'enable!': 'bool',
        name: oneOf('AccessTimeTracking'),
        trackingGranularityInDays: 'int',
        blobType: list('string'),
      }),
    }),
  }),
  'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01': object({
    'name!': 'string',
    properties: object({
      publicAccess: oneOf('None', 'Blob', 'Container'),
      immutableStorageWithVersioning: object({ enabled: 'bool' }),
      metadata: map('string'),
    }),
  }),
  'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01': object({
    'name!': oneOf('default'),
    'properties!': object({
      immutabilityPeriodSinceCreationInDays: 'int',
      allowProtectedAppendWrites: 'bool',
      allowProtectedAppendWritesAll: 'bool',
    }),
  }),
  'Microsoft.Storage/storageAccounts/queueServices@2025-06-01': object({
    'name!': oneOf('default'),
    properties: object({}),
  }),
  'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01': object({
    'name!': 'string',
    properties: object({ metadata: map('string') }),
  }),
  'Microsoft.Storage/storageAccounts/tableServices@2025-06-01': object({
    'name!': oneOf('default'),
    properties: object({}),
  }),
  'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01': object({
    'name!': 'string',
    properties: object({}),
  }),
  'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01': object({
    'name!': oneOf('default'),
    properties: object({
      'policy!': object({
        'rules!': list(
          object({
            enabled: 'bool',
            'name!': 'string',
            'type!': oneOf('Lifecycle'),
            'definition!': object({
              'actions!': object({
                baseBlob: object({
                  delete: DAYS_OF_BASE,
                  tierToCool: DAYS_OF_BASE,
                  tierToCold: DAYS_OF_BASE,
                  tierToArchive: DAYS_OF_BASE,
                }),
                version: copies,
                snapshot: copies,
              }),
              filters: object({ prefixMatch: list('string'), 'blobTypes!': list('string') }),
            }),
          }),
        ),
      }),
    }),
  }),
};

const APP: Readonly<Record<string, Shape>> = {
  'Microsoft.Web/serverfarms@2024-11-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    kind: 'string',
    sku: object({ name: 'string', tier: 'string' }),
    properties: object({ reserved: 'bool', zoneRedundant: 'bool' }),
  }),
  'Microsoft.Web/sites@2024-11-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    kind: 'string',
    identity: object({
      type: oneOf('SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned', 'None'),
      userAssignedIdentities: map(object({})),
    }),
    properties: object({
      serverFarmId: 'string',
      httpsOnly: 'bool',
      publicNetworkAccess: 'string',
      keyVaultReferenceIdentity: 'string',
      virtualNetworkSubnetId: 'string',
      siteConfig: object({ minTlsVersion: oneOf('1.0', '1.1', '1.2', '1.3'), http20Enabled: 'bool' }),
      functionAppConfig: object({
        deployment: object({
          storage: object({
            type: oneOf('blobContainer'),
            value: 'string',
            authentication: object({
              type: oneOf('SystemAssignedIdentity', 'UserAssignedIdentity', 'StorageAccountConnectionString'),
              userAssignedIdentityResourceId: 'string',
            }),
          }),
        }),
        runtime: object({ name: oneOf('node'), version: 'string' }),
        scaleAndConcurrency: object({
          instanceMemoryMB: 'int',
          maximumInstanceCount: 'int',
          alwaysReady: list(object({ name: 'string', instanceCount: 'int' })),
          triggers: object({ http: object({ perInstanceConcurrency: 'int' }) }),
        }),
      }),
    }),
  }),
  'Microsoft.Web/sites/config@2024-11-01': object({
    'name!': oneOf('appsettings'),
    properties: map('string'),
  }),
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01': object({
    'name!': oneOf('ftp', 'scm'),
    properties: object({ 'allow!': 'bool' }),
  }),
};

const GROUND: Readonly<Record<string, Shape>> = {
  'Microsoft.Resources/resourceGroups@2024-11-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
  }),
  'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
  }),
  'Microsoft.Authorization/roleAssignments@2022-04-01': object({
    'name!': 'string',
    'properties!': object({
      'principalId!': 'string',
      principalType: oneOf('ServicePrincipal', 'Group', 'User'),
      'roleDefinitionId!': 'string',
      description: 'string',
    }),
  }),
  'Microsoft.Authorization/locks@2020-05-01': object({
    'name!': 'string',
    'properties!': object({ 'level!': oneOf('CanNotDelete', 'ReadOnly'), notes: 'string' }),
  }),
  'Microsoft.KeyVault/vaults@2024-11-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    'properties!': object({
      'tenantId!': 'string',
      'sku!': object({ 'family!': oneOf('A'), 'name!': oneOf('standard', 'premium') }),
      enableRbacAuthorization: 'bool',
      enableSoftDelete: 'bool',
      softDeleteRetentionInDays: 'int',
      enablePurgeProtection: 'bool',
      enabledForDeployment: 'bool',
      enabledForDiskEncryption: 'bool',
      enabledForTemplateDeployment: 'bool',
      publicNetworkAccess: 'string',
      networkAcls: RULES({}),
    }),
  }),
  'Microsoft.Network/virtualNetworks@2024-05-01': object({
    'name!': 'string',
    location: 'string',
    tags: TAGS,
    properties: object({
      addressSpace: object({ addressPrefixes: list('string') }),
      subnets: list(
        object({
          name: 'string',
          properties: object({
            addressPrefix: 'string',
            delegations: list(object({ name: 'string', properties: object({ serviceName: 'string' }) })),
            serviceEndpoints: list(object({ service: 'string' })),
            privateEndpointNetworkPolicies: oneOf('Enabled', 'Disabled'),
          }),
        }),
      ),
    }),
  }),
  'Microsoft.Network/privateEndpoints@2024-05-01': object({
    'name!': 'string',
    location: 'string',
    tags: TAGS,
    properties: object({
      subnet: object({ id: 'string' }),
      privateLinkServiceConnections: list(
        object({
          name: 'string',
          properties: object({ privateLinkServiceId: 'string', groupIds: list('string') }),
        }),
      ),
    }),
  }),
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01': object({
    'name!': 'string',
    properties: object({
      privateDnsZoneConfigs: list(
        object({ name: 'string', properties: object({ privateDnsZoneId: 'string' }) }),
      ),
    }),
  }),
  'Microsoft.Consumption/budgets@2024-08-01': object({
    'name!': 'string',
    properties: object({
      'category!': oneOf('Cost'),
      'amount!': 'int',
      'timeGrain!': oneOf('Monthly', 'Quarterly', 'Annually'),
      'timePeriod!': object({ 'startDate!': 'string', endDate: 'string' }),
      notifications: map(
        object({
          'enabled!': 'bool',
          'operator!': oneOf('EqualTo', 'GreaterThan', 'GreaterThanOrEqualTo'),
          'threshold!': 'int',
          thresholdType: oneOf('Actual', 'Forecasted'),
          'contactEmails!': list('string'),
          contactGroups: list('string'),
        }),
      ),
    }),
  }),
};

export const RESOURCE_TYPES: Readonly<Record<string, Shape>> = {
  ...STORAGE,
  ...APP,
  ...GROUND,
  ...EVENT_AND_ALERT_TYPES,
};
