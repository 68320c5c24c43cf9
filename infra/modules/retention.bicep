// How long files are kept. Deleting a file only makes it a former version, so whatever is deleted has its versions and
// snapshots deleted as well. What is deleted here can still be brought back for as long as soft delete says.
// `raw` is moved to cheaper tiers and never deleted. The tables have no such rules.

param dataAccountName string

/** What a file goes through: days after which it, its former versions and its snapshots are deleted. */
var deletions = [
  { name: 'landing-after-a-week', days: 7, paths: [ 'landing/' ] }
  { name: 'logs-after-a-month', days: 30, paths: [ 'eventdeadletter/' ] }
  { name: 'quarantine-after-90-days', days: 90, paths: [ 'quarantine/' ] }
  { name: 'results-after-two-years', days: 731, paths: [ 'marts/', 'reports/' ] }
  { name: 'evidence-after-seven-years', days: 2557, paths: [ 'audit/', 'runs/run_', 'runs/logs/' ] }
]

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

var deletionRules = [for deletion in deletions: {
  name: deletion.name
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: {
      blobTypes: [
        'blockBlob'
        'appendBlob'
      ]
      prefixMatch: deletion.paths
    }
    actions: {
      baseBlob: {
        delete: {
          daysAfterModificationGreaterThan: deletion.days
        }
      }
      version: {
        delete: {
          daysAfterCreationGreaterThan: deletion.days
        }
      }
      snapshot: {
        delete: {
          daysAfterCreationGreaterThan: deletion.days
        }
      }
    }
  }
}]

// Only block blobs can be moved between tiers.
var rawRule = {
  name: 'raw-cool-then-cold'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: {
      blobTypes: [
        'blockBlob'
      ]
      prefixMatch: [
        'raw/'
      ]
    }
    actions: {
      baseBlob: {
        tierToCool: {
          daysAfterModificationGreaterThan: 30
        }
        tierToCold: {
          daysAfterModificationGreaterThan: 90
        }
      }
    }
  }
}

// A file of reference data may be years old and still be in every book, so what counts is when it was last read.
var stagingRule = {
  name: 'staging-two-years-after-last-use'
  enabled: true
  type: 'Lifecycle'
  definition: {
    filters: {
      blobTypes: [
        'blockBlob'
      ]
      prefixMatch: [
        'staging/'
      ]
    }
    actions: {
      baseBlob: {
        delete: {
          daysAfterLastAccessTimeGreaterThan: 731
        }
      }
      version: {
        delete: {
          daysAfterCreationGreaterThan: 731
        }
      }
      snapshot: {
        delete: {
          daysAfterCreationGreaterThan: 731
        }
      }
    }
  }
}

resource policy 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: concat([rawRule, stagingRule], deletionRules)
    }
  }
}
