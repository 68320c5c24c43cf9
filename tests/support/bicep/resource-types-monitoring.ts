import { list, map, object, oneOf, type Shape, variant } from './shapes.ts';

// The part of resource-types.ts that watches and tells.

const TAGS = map('string');

const DEAD_LETTERS = variant('endpointType', {
  StorageBlob: { properties: object({ resourceId: 'string', blobContainerName: 'string' }) },
});

const EVENTS: Readonly<Record<string, Shape>> = {
  'Microsoft.EventGrid/systemTopics@2025-02-15': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    identity: object({ type: oneOf('None', 'SystemAssigned', 'UserAssigned') }),
    properties: object({ source: 'string', topicType: 'string' }),
  }),
  'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15': object({
    'name!': 'string',
    properties: object({
      eventDeliverySchema: oneOf('EventGridSchema', 'CustomInputSchema', 'CloudEventSchemaV1_0'),
      destination: variant('endpointType', {
        WebHook: { properties: object({ endpointUrl: 'string', maxEventsPerBatch: 'int' }) },
        MonitorAlert: {
          properties: object({
            severity: oneOf('Sev0', 'Sev1', 'Sev2', 'Sev3', 'Sev4'),
            description: 'string',
            actionGroups: list('string'),
          }),
        },
        StorageQueue: { properties: object({ resourceId: 'string', queueName: 'string' }) },
      }),
      filter: object({
        includedEventTypes: list('string'),
        subjectBeginsWith: 'string',
        subjectEndsWith: 'string',
        isSubjectCaseSensitive: 'bool',
        advancedFilters: list(
          variant('operatorType', {
            StringIn: { key: 'string', values: list('string') },
            StringBeginsWith: { key: 'string', values: list('string') },
          }),
        ),
      }),
      retryPolicy: object({ maxDeliveryAttempts: 'int', eventTimeToLiveInMinutes: 'int' }),
      deadLetterWithResourceIdentity: object({
        identity: object({ type: oneOf('SystemAssigned', 'UserAssigned'), userAssignedIdentity: 'string' }),
        deadLetterDestination: DEAD_LETTERS,
      }),
    }),
  }),
};

const RECEIVER = { 'name!': 'string', useCommonAlertSchema: 'bool' } as const;
const SEVERITY: Shape = 'int';

const ALERTS: Readonly<Record<string, Shape>> = {
  'Microsoft.Insights/actionGroups@2023-01-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    properties: object({
      'groupShortName!': 'string',
      'enabled!': 'bool',
      emailReceivers: list(object({ ...RECEIVER, 'emailAddress!': 'string' })),
      webhookReceivers: list(object({ ...RECEIVER, 'serviceUri!': 'string' })),
      logicAppReceivers: list(object({ ...RECEIVER, 'resourceId!': 'string', 'callbackUrl!': 'string' })),
    }),
  }),
  'Microsoft.Insights/scheduledQueryRules@2023-12-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    kind: oneOf('LogAlert', 'LogToMetric'),
    'properties!': object({
      displayName: 'string',
      description: 'string',
      severity: SEVERITY,
      enabled: 'bool',
      scopes: list('string'),
      evaluationFrequency: 'string',
      windowSize: 'string',
      overrideQueryTimeRange: 'string',
      muteActionsDuration: 'string',
      autoMitigate: 'bool',
      skipQueryValidation: 'bool',
      criteria: object({
        allOf: list(
          object({
            query: 'string',
            timeAggregation: oneOf('Average', 'Count', 'Maximum', 'Minimum', 'Total'),
            metricMeasureColumn: 'string',
            resourceIdColumn: 'string',
            dimensions: list(
              object({
                'name!': 'string',
                'operator!': oneOf('Include', 'Exclude'),
                'values!': list('string'),
              }),
            ),
            operator: oneOf('Equals', 'GreaterThan', 'GreaterThanOrEqual', 'LessThan', 'LessThanOrEqual'),
            threshold: 'int',
            failingPeriods: object({ numberOfEvaluationPeriods: 'int', minFailingPeriodsToAlert: 'int' }),
          }),
        ),
      }),
      actions: object({ actionGroups: list('string'), customProperties: map('string') }),
    }),
  }),
  'Microsoft.Insights/metricAlerts@2018-03-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    'properties!': object({
      description: 'string',
      'severity!': SEVERITY,
      'enabled!': 'bool',
      'scopes!': list('string'),
      'evaluationFrequency!': 'string',
      'windowSize!': 'string',
      targetResourceType: 'string',
      targetResourceRegion: 'string',
      autoMitigate: 'bool',
      'criteria!': variant('odata.type', {
        'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria': {
          allOf: list(
            variant('criterionType', {
              StaticThresholdCriterion: {
                'name!': 'string',
                'metricName!': 'string',
                metricNamespace: 'string',
                dimensions: list(
                  object({ 'name!': 'string', 'operator!': 'string', 'values!': list('string') }),
                ),
                'operator!': oneOf(
                  'Equals',
                  'GreaterThan',
                  'GreaterThanOrEqual',
                  'LessThan',
                  'LessThanOrEqual',
                ),
                'threshold!': 'int',
                'timeAggregation!': oneOf('Average', 'Count', 'Maximum', 'Minimum', 'Total'),
                skipMetricValidation: 'bool',
              },
            }),
          ),
        },
      }),
      actions: list(object({ actionGroupId: 'string', webHookProperties: map('string') })),
    }),
  }),
  'Microsoft.Insights/webtests@2022-06-15': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    kind: oneOf('ping', 'multistep', 'standard'),
    properties: object({
      'Name!': 'string',
      'SyntheticMonitorId!': 'string',
      'Kind!': oneOf('ping', 'multistep', 'standard'),
      'Locations!': list(object({ Id: 'string' })),
      Enabled: 'bool',
      Frequency: 'int',
      Timeout: 'int',
      RetryEnabled: 'bool',
      Request: object({ RequestUrl: 'string', HttpVerb: 'string', ParseDependentRequests: 'bool' }),
      ValidationRules: object({
        ExpectedHttpStatusCode: 'int',
        SSLCheck: 'bool',
        SSLCertRemainingLifetimeCheck: 'int',
      }),
    }),
  }),
  'Microsoft.Insights/workbooks@2023-06-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    kind: oneOf('shared'),
    properties: object({
      'displayName!': 'string',
      'category!': 'string',
      'serializedData!': 'string',
      sourceId: 'string',
      version: 'string',
    }),
  }),
  'Microsoft.Insights/diagnosticSettings@2021-05-01-preview': object({
    'name!': 'string',
    properties: object({
      workspaceId: 'string',
      logAnalyticsDestinationType: 'string',
      logs: list(object({ category: 'string', categoryGroup: 'string', 'enabled!': 'bool' })),
      metrics: list(object({ category: 'string', 'enabled!': 'bool' })),
    }),
  }),
};

const PLACES: Readonly<Record<string, Shape>> = {
  'Microsoft.OperationalInsights/workspaces@2025-02-01': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    properties: object({
      sku: object({ 'name!': oneOf('PerGB2018', 'CapacityReservation', 'Free', 'Standalone') }),
      retentionInDays: 'int',
      features: object({
        disableLocalAuth: 'bool',
        enableLogAccessUsingOnlyResourcePermissions: 'bool',
        immediatePurgeDataOn30Days: 'bool',
      }),
      workspaceCapping: object({ dailyQuotaGb: 'int' }),
    }),
  }),
  'Microsoft.OperationalInsights/workspaces/tables@2025-02-01': object({
    'name!': 'string',
    properties: object({
      retentionInDays: 'int',
      totalRetentionInDays: 'int',
      plan: oneOf('Basic', 'Analytics'),
    }),
  }),
  'Microsoft.OperationalInsights/workspaces/savedSearches@2025-02-01': object({
    'name!': 'string',
    'properties!': object({
      'category!': 'string',
      'displayName!': 'string',
      'query!': 'string',
      functionAlias: 'string',
      functionParameters: 'string',
      version: 'int',
    }),
  }),
  'Microsoft.Insights/components@2020-02-02': object({
    'name!': 'string',
    'location!': 'string',
    tags: TAGS,
    'kind!': 'string',
    properties: object({
      'Application_Type!': oneOf('web', 'other'),
      WorkspaceResourceId: 'string',
      IngestionMode: oneOf(
        'ApplicationInsights',
        'ApplicationInsightsWithDiagnosticSettings',
        'LogAnalytics',
      ),
      DisableLocalAuth: 'bool',
      RetentionInDays: 'int',
    }),
  }),
  'Microsoft.Logic/workflows@2019-05-01': object({
    'name!': 'string',
    location: 'string',
    tags: TAGS,
    properties: object({
      state: oneOf('Enabled', 'Disabled'),
      parameters: map(object({ value: 'any' })),
      definition: 'any',
    }),
  }),
};

export const EVENT_AND_ALERT_TYPES: Readonly<Record<string, Shape>> = { ...EVENTS, ...ALERTS, ...PLACES };
