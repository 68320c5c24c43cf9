// A private way to one service of one account or vault. The private DNS zones are those of the company, which its other
// networks use as well: this one must be linked to them.

param name string
param location string
param tags object

@allowed([
  'blob'
  'queue'
  'table'
  'vault'
])
param service string
param targetId string
param subnetId string

@description('Id of the resource group that holds the private DNS zones.')
param zoneGroupId string

var storage = environment().suffixes.storage
var zones = {
  blob: 'privatelink.blob.${storage}'
  queue: 'privatelink.queue.${storage}'
  table: 'privatelink.table.${storage}'
  vault: 'privatelink.vaultcore.azure.net'
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: service
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            service
          ]
        }
      }
    ]
  }
}

resource dns 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: service
        properties: {
          privateDnsZoneId: '${zoneGroupId}/providers/Microsoft.Network/privateDnsZones/${zones[service]}'
        }
      }
    ]
  }
}
