metadata description = 'The function app on Flex Consumption, with everything that it is told.'

@description('Name of the plan.')
param planName string

@description('Name of the function app.')
param name string

@description('Azure region; one with Flex Consumption.')
param location string

@description('Tags of every resource.')
param tags object

@description('Python that the app runs on.')
param pythonVersion string

@description('Memory of an instance, in MB.')
param instanceMemoryMB int

@description('Most instances of one function group.')
param maximumInstanceCount int

@description('Instances that wait for runs all the time; 0: runs begin after a cold start.')
param alwaysReadyInstances int

@description('Resource id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param identityClientId string

@description('Where the package lies: URL of a container.')
param packageUrl string

@description('URL of the blob service.')
param blobUrl string

@description('URL of the queue service.')
param queueUrl string

@description('URL of the table service.')
param tableUrl string

@description('Name of the Application Insights component.')
param componentName string

@description('The workspace that takes the logs.')
param workspaceId string

@description('The tenant that the platform lets people sign in from; empty: the platform\'s sign-in is off.')
param signInTenantId string

@description('The app\'s own settings; no value is empty.')
param appSettings object

// The function that carries runs out, as its code names it.
var queueFunction = 'function:sync_queue'

// An instance has one core and thus five threads of its own; a watched run holds one of them for up to a minute.
var concurrentHttpRequests = 16
var threads = 32

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__blobServiceUri: blobUrl
  AzureWebJobsStorage__queueServiceUri: queueUrl
  AzureWebJobsStorage__tableServiceUri: tableUrl
  APPLICATIONINSIGHTS_CONNECTION_STRING: component.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  PYTHON_THREADPOOL_THREAD_COUNT: string(threads)
}

// The registration trusts the app's identity in place of a secret; authentication.bicep names the first of these.
// Source: learn.microsoft.com/azure/app-service/configure-authentication-provider-aad
var signInSettings = empty(signInTenantId)
  ? {}
  : {
      OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID: identityClientId
      WEBSITE_AUTH_AAD_ALLOWED_TENANTS: signInTenantId
    }

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
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
  }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'sync' })
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
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      remoteDebuggingEnabled: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: queueFunction, instanceCount: alwaysReadyInstances }]
        triggers: {
          http: {
            perInstanceConcurrency: concurrentHttpRequests
          }
        }
      }
    }
  }
}

resource ftpPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: {
    allow: false
  }
}

// Replaces the whole set: what was typed in the portal is gone after the next deployment.
resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union(hostSettings, signInSettings, appSettings)
}

#disable-next-line use-recent-api-versions // the newest one that takes a workspace
resource siteLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: site
  name: 'function-logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'FunctionAppLogs'
        enabled: true
      }
    ]
  }
}

output id string = site.id
output name string = site.name
output hostName string = site.properties.defaultHostName
