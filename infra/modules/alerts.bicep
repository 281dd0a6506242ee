metadata description = 'Mails for what a person must know: runs that failed or were blocked, a timer that is silent or says late, secrets about to end.'

@description('Begins the names.')
param namePrefix string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Addresses that alerts are mailed to.')
param emails string[]

@description('The workspace that holds the app\'s events.')
param workspaceId string

@description('Name of the vault.')
param vaultName string

// Of windows the service takes only some lengths: 5, 10, 15, 30, 45 minutes, 1 to 6 hours, 1 and 2 days.
var rules = [
  {
    name: 'run-failed'
    description: 'A run ended as failed: read its problem on the review page and do what it says.'
    query: loadTextContent('../queries/run_failed.kql')
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
  {
    name: 'run-blocked'
    description: 'A run was held back: a person must review its plan on the review page.'
    query: loadTextContent('../queries/run_blocked.kql')
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
    severity: 2
  }
  {
    name: 'timer-silent'
    description: 'The timer has not looked for an hour, so nothing runs by itself: restart the function app.'
    query: loadTextContent('../queries/timer_silent.kql')
    window: 'PT1H'
    every: 'PT15M'
    operator: 'LessThan'
    threshold: 1
    severity: 1
  }
  {
    name: 'timer-late'
    description: 'No scheduled run has succeeded for too long: look at the last runs on the review page.'
    query: loadTextContent('../queries/timer_late.kql')
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
    severity: 1
  }
]

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource mails 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${namePrefix}-mails'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: take(namePrefix, 12)
    emailReceivers: [
      for (email, index) in emails: {
        name: 'mail-${index}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${namePrefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${namePrefix} ${rule.name}'
      description: rule.description
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      windowSize: rule.window
      evaluationFrequency: rule.every
      // In a new workspace the table does not exist before the first event.
      skipQueryValidation: true
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: [mails.id]
      }
    }
  }
]

resource vaultEvents 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: '${namePrefix}-vault-events'
  location: location
  tags: tags
  properties: {
    source: vault.id
    topicType: 'Microsoft.KeyVault.vaults'
  }
}

// Raised only for secrets that have an expiry date: thirty days before it, and on it.
// Source: learn.microsoft.com/azure/event-grid/handler-azure-monitor-alerts
resource secretAlerts 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: vaultEvents
  name: 'secrets-about-to-end'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: {
      endpointType: 'MonitorAlert'
      properties: {
        severity: 'Sev1'
        description: 'A secret of the sync is about to expire, or has: put a new version into the vault.'
        actionGroups: [mails.id]
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.KeyVault.SecretNearExpiry'
        'Microsoft.KeyVault.SecretExpired'
      ]
    }
  }
}
