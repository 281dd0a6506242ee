targetScope = 'resourceGroup'

metadata name = 'Entra to Proofpoint Essentials sync'
metadata description = 'Everything that one deployment of the sync needs, in one resource group.'

import { registrationSteps, secretStep } from 'modules/next_steps.bicep'
import { scheduleOf } from 'modules/schedule.bicep'
import { listed, onlySet, truth } from 'modules/settings.bicep'

// ---- Where and how it runs ----

@description('Azure region; one that has Flex Consumption (az functionapp list-flexconsumption-locations).')
param location string = resourceGroup().location

@description('Begins every resource name: letters and digits, a letter first.')
@minLength(3)
@maxLength(10)
param namePrefix string = 'ppsync'

@description('Tags of every resource.')
param tags object = {}

@description('Python that the app runs on.')
param pythonVersion '3.11' | '3.12' | '3.13' = '3.13'

@description('Memory of an instance, in MB.')
param instanceMemoryMB 512 | 2048 | 4096 = 2048

@description('Most instances of one function group; runs never overlap, whatever this says.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that wait for runs all the time, at a price; 0: a run begins after a cold start.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Redundancy of the storage account; not every region has zones.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' = 'Standard_ZRS'

@description('How many days logs are kept.')
param logRetentionDays 30 | 60 | 90 | 120 | 180 | 270 | 365 | 550 | 730 = 90

@description('Addresses that alerts are mailed to; none: no alerts are made.')
param alertEmails string[] = []

// ---- Secrets: names are settings; values are put here or, better, into the vault itself ----

@description('Object id of the person or group that may write secrets; empty: nobody is given that right here.')
param vaultOfficerObjectId string = ''

@description('Password of the Essentials account, written as a new version at each deployment that has it; empty: the vault is left as it is.')
@secure()
param proofpointPassword string = ''

@description('When that password expires, in seconds since 1970; 0: not known, so nobody is warned by the vault.')
@minValue(0)
param proofpointPasswordExpiresAtSeconds int = 0

@description('Client secret of the app registration that reads Microsoft Graph, likewise; not used with a federated credential.')
@secure()
param entraClientSecret string = ''

@description('When that client secret expires, in seconds since 1970; 0: not known, so nobody is warned by the vault.')
@minValue(0)
param entraClientSecretExpiresAtSeconds int = 0

// ---- Directory ----

@description('The directory (tenant) that is read.')
param entraTenantId string = tenant().tenantId

@description('The app registration that reads Microsoft Graph; empty only while it does not exist yet.')
param entraClientId string = ''

@description('How the app proves that it is that registration: its managed identity (federated), or a secret or certificate from the vault.')
param entraCredential 'secret' | 'certificate' | 'federated' = 'federated'

@description('Secret or certificate in the vault; not used with a federated credential.')
param entraSecretName string = 'entra-client-secret'

@description('Where tokens come from; another host in a national cloud.')
param entraAuthority string = environment().authentication.loginEndpoint

@description('Microsoft Graph of the same cloud.')
param graphUrl string = environment().name == 'AzureUSGovernment'
  ? 'https://graph.microsoft.us'
  : environment().name == 'AzureChinaCloud' ? 'https://microsoftgraph.chinacloudapi.cn' : 'https://graph.microsoft.com'

// ---- Organization ----

@description('The Essentials stack on which the organization lives, or a reseller\'s own host.')
param proofpointUrl string = 'https://us1.proofpointessentials.com'

@description('The organization\'s primary domain.')
@minLength(4)
param proofpointDomain string

@description('Address of the API account: a local organization admin of Essentials.')
@minLength(6)
param proofpointUser string

@description('Secret in the vault that holds that account\'s password.')
param proofpointSecretName string = 'proofpoint-password'

@description('The application that Essentials\' own sync uses; needed for syncNative groups_only.')
param nativeSyncClientId string = ''

@description('Secret in the vault that holds that application\'s secret; needed for syncNative groups_only.')
param nativeSyncSecretName string = ''

@description('Secret in the vault that holds the https URL of a Teams workflow or another JSON webhook; empty: no messages are sent.')
param notifyWebhookSecretName string = ''

// ---- Who may call ----

@description('Who may call the app: people and applications that sign in with Entra, or whoever has a function key. Sets the platform\'s sign-in as well.')
param authMode 'easyauth' | 'key' = 'easyauth'

@description('The app registration that people sign in to; empty only while it does not exist yet: the app then answers 503.')
param signInClientId string = ''

@description('The tenant that people sign in from.')
param signInTenantId string = tenant().tenantId

@description('Client ids of the applications that call the app with a token of their own.')
param automationClientIds string[] = []

@description('Whether tokens that the Azure CLI took for its user are let in.')
param allowAzureCli bool = false

// ---- When, and for how long things are kept ----

@description('How often the timer looks whether a run is due: six fields, UTC. By default every ten minutes, at a second and minute of this deployment\'s own.')
param syncSchedule string = scheduleOf(uniqueString(resourceGroup().id, namePrefix))

@description('Shifts the scheduled runs within the hour.')
@minValue(0)
@maxValue(59)
param syncOffsetMinutes int = 0

@description('How many days plans, runs and results are kept.')
@minValue(1)
@maxValue(3650)
param historyDays int = 90

// ---- Sync options: what people change on the settings page wins over these ----

@description('Kinds that are managed. A kind left out is not touched at all.')
param syncWhat (
  | 'active_users'
  | 'disabled_users'
  | 'shared_mailboxes'
  | 'distribution_groups'
  | 'security_groups'
  | 'microsoft365_groups')[] = [
  'active_users'
  'disabled_users'
  'shared_mailboxes'
  'distribution_groups'
  'security_groups'
]

@description('What enabled people without a mailbox licence become.')
param syncUnlicensedAs 'functional_account' | 'user' | 'skip' = 'functional_account'

@description('SKU ids that count as a mailbox licence, in place of the known mailbox plans.')
param syncLicences string[] = []

@description('What people whose sign-in is blocked become.')
param syncDisabledAs 'functional_account' | 'inactive' | 'keep' | 'skip' = 'functional_account'

@description('Ids of the Entra groups whose members are synced as people, nested ones too; none: everybody.')
param syncGroupScope string[] = []

@description('Kinds of change that are made.')
param syncHow (
  | 'add_users'
  | 'update_users'
  | 'add_groups'
  | 'update_groups'
  | 'remove_deleted_users'
  | 'remove_deleted_groups')[] = [
  'add_users'
  'update_users'
  'add_groups'
  'update_groups'
]

@description('What remove_deleted_users does to the account of a person who is gone.')
param syncLeavers 'functional_account' | 'inactive' | 'remove' = 'functional_account'

@description('How many days a person, group or address must be gone before it is acted upon; 0: at once.')
@minValue(0)
@maxValue(365)
param syncGraceDays int = 7

@description('How often a run is scheduled, in hours; 0: never.')
param syncEveryHours 0 | 1 | 3 | 6 | 12 | 24 = 1

@description('What a scheduled run does with its plan: execute it, or report it and execute nothing.')
param syncMode 'apply' | 'report' = 'apply'

@description('Type of new users, and of functional accounts that become users.')
param syncDefaultRole 'end_user' | 'silent_user' = 'end_user'

@description('Whether Essentials mails new users a welcome.')
param syncWelcomeEmail bool = false

@description('Whether *.onmicrosoft.com addresses are synced.')
param syncOnmicrosoft 'skip' | 'include' = 'skip'

@description('What becomes of Essentials\' own sync: left alone, never run, or kept for the group containers that the API cannot write.')
param syncNative 'unmanaged' | 'off' | 'groups_only' = 'unmanaged'

@description('How people sign in to the Essentials portal.')
param syncPortalLogin 'unmanaged' | 'local' | 'microsoft' | 'microsoft_forced' = 'unmanaged'

@description('More changes that take an address, deactivate or remove than this need an approval.')
@minValue(0)
@maxValue(1000000)
param guardRemovals int = 20

@description('The same, in percent of the active accounts, from the sixth such change on.')
@minValue(0)
@maxValue(100)
param guardRemovalsPercent int = 5

@description('More changes other than additions than this percentage of the accounts need an approval, where there are at least 20.')
@minValue(0)
@maxValue(100)
param guardChangesPercent int = 30

@description('Hours without a successful scheduled run that raise an alert; 0: twice the interval plus one hour.')
@minValue(0)
@maxValue(8760)
param alertHours int = 0

// ---- Names ----

var suffix = uniqueString(resourceGroup().id, namePrefix)
var prefix = toLower(namePrefix)
var siteName = '${prefix}-${suffix}'
var vaultName = '${prefix}-${suffix}'
var componentName = '${prefix}-appi-${suffix}'
var storageName = '${replace(prefix, '-', '')}${suffix}'

// ---- Settings: one for each that the app knows; the client id of its identity is added where that is known ----

// Without the registration there is nothing to sign in to: the platform's sign-in stays off and the app answers 503.
var signInRegistration = authMode == 'easyauth' ? signInClientId : ''

var settings = {
  ENTRA_TENANT_ID: entraTenantId
  ENTRA_CLIENT_ID: entraClientId
  ENTRA_CREDENTIAL: entraCredential
  ENTRA_SECRET_NAME: entraSecretName
  ENTRA_AUTHORITY: entraAuthority
  GRAPH_URL: graphUrl
  KEY_VAULT_URL: 'https://${vaultName}${environment().suffixes.keyvaultDns}'
  KEY_VAULT_VERIFY_CHALLENGE: 'true'
  PROOFPOINT_URL: proofpointUrl
  PROOFPOINT_DOMAIN: proofpointDomain
  PROOFPOINT_USER: proofpointUser
  PROOFPOINT_SECRET_NAME: proofpointSecretName
  NATIVE_SYNC_CLIENT_ID: nativeSyncClientId
  NATIVE_SYNC_SECRET_NAME: nativeSyncSecretName
  NOTIFY_WEBHOOK_SECRET_NAME: notifyWebhookSecretName
  AUTH_MODE: authMode
  SIGN_IN_CLIENT_ID: signInClientId
  SIGN_IN_TENANT_ID: signInTenantId
  SYNC_SCHEDULE: syncSchedule
  SYNC_OFFSET_MINUTES: string(syncOffsetMinutes)
  HISTORY_DAYS: string(historyDays)
  SYNC_WHAT: listed(syncWhat)
  SYNC_UNLICENSED_AS: syncUnlicensedAs
  SYNC_LICENCES: listed(syncLicences)
  SYNC_DISABLED_AS: syncDisabledAs
  SYNC_GROUP_SCOPE: listed(syncGroupScope)
  SYNC_HOW: listed(syncHow)
  SYNC_LEAVERS: syncLeavers
  SYNC_GRACE_DAYS: string(syncGraceDays)
  SYNC_EVERY_HOURS: string(syncEveryHours)
  SYNC_MODE: syncMode
  SYNC_DEFAULT_ROLE: syncDefaultRole
  SYNC_WELCOME_EMAIL: truth(syncWelcomeEmail)
  SYNC_ONMICROSOFT: syncOnmicrosoft
  SYNC_NATIVE: syncNative
  SYNC_PORTAL_LOGIN: syncPortalLogin
  GUARD_REMOVALS: string(guardRemovals)
  GUARD_REMOVALS_PERCENT: string(guardRemovalsPercent)
  GUARD_CHANGES_PERCENT: string(guardChangesPercent)
  ALERT_HOURS: string(alertHours)
}

// The Azure CLI's own application, the same in every tenant.
// Source: learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
var azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: '${prefix}-id-${suffix}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: '${prefix}-log-${suffix}'
    componentName: componentName
    location: location
    tags: tags
    retentionDays: logRetentionDays
    #disable-next-line what-if-short-circuiting // a role's name holds its principal: one made again gets its rights anew
    publisherPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: storageName
    location: location
    tags: tags
    sku: storageSku
    #disable-next-line what-if-short-circuiting // a role's name holds its principal: one made again gets its rights anew
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  params: {
    name: vaultName
    location: location
    tags: tags
    #disable-next-line what-if-short-circuiting // a role's name holds its principal: one made again gets its rights anew
    appPrincipalId: identity.outputs.principalId
    vaultOfficerObjectId: vaultOfficerObjectId
    proofpointSecretName: proofpointSecretName
    proofpointPassword: proofpointPassword
    proofpointPasswordExpiresAtSeconds: proofpointPasswordExpiresAtSeconds
    entraSecretName: entraSecretName
    entraClientSecret: entraClientSecret
    entraClientSecretExpiresAtSeconds: entraClientSecretExpiresAtSeconds
    workspaceId: monitoring.outputs.workspaceId
  }
}

module function 'modules/function.bicep' = {
  name: 'function'
  // Its first start already reads secrets.
  dependsOn: [
    keyVault
  ]
  params: {
    planName: '${prefix}-plan-${suffix}'
    name: siteName
    location: location
    tags: tags
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    packageUrl: storage.outputs.packageUrl
    blobUrl: storage.outputs.blobUrl
    queueUrl: storage.outputs.queueUrl
    tableUrl: storage.outputs.tableUrl
    componentName: componentName
    workspaceId: monitoring.outputs.workspaceId
    signInTenantId: empty(signInRegistration) ? '' : signInTenantId
    appSettings: onlySet(settings)
  }
}

module authentication 'modules/authentication.bicep' = {
  name: 'authentication'
  // A platform that signs in for an app without its settings would let nobody in.
  dependsOn: [
    function
  ]
  params: {
    siteName: siteName
    clientId: signInRegistration
    tenantId: signInTenantId
    otherClientIds: concat(automationClientIds, allowAzureCli ? [azureCli] : [])
  }
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmails)) {
  name: 'alerts'
  // It names the vault, and its rules watch what the app logs.
  dependsOn: [
    function
  ]
  params: {
    namePrefix: prefix
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    vaultName: vaultName
  }
}

@description('Name of the function app: what the code is published to.')
output functionAppName string = function.outputs.name

@description('Address of the review page.')
output reviewPageUrl string = 'https://${function.outputs.hostName}/api/review'

@description('Redirect URI of the sign-in registration.')
output signInRedirectUrl string = 'https://${function.outputs.hostName}/.auth/login/aad/callback'

@description('Client id of the app\'s identity.')
output identityClientId string = identity.outputs.clientId

@description('Principal id of the app\'s identity: the subject of the federated credentials.')
output identityPrincipalId string = identity.outputs.principalId

@description('Name of the vault: where the secrets are put.')
output vaultName string = keyVault.outputs.name

@description('Name of the storage account.')
output storageAccountName string = storage.outputs.name

@description('What is left to do, in this order; docs/deployment.md has the commands.')
output nextSteps string[] = concat(
  registrationSteps(entraClientId, authMode, signInClientId),
  [secretStep('password of ${proofpointUser}', vaultName, proofpointSecretName)],
  entraCredential == 'federated'
    ? []
    : [secretStep('${entraCredential} of the app registration', vaultName, entraSecretName)],
  ['Publish the code to ${siteName}, then search, review and execute on the review page: that opens the gate.']
)
