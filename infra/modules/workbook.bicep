// What people look at: service levels, numbers, runs, errors, queues and cost. The same panels as in Grafana
// (dashboards/abaco.json): `node scripts/dashboards.ts` makes both from dashboards/panels.json and kql/panels.

param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'abaco')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Abaco pipeline'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: replace(loadTextContent('../workbooks/abaco.json'), '__WORKSPACE_ID__', workspaceId)
  }
}

output workbookId string = workbook.id
