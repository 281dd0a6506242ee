targetScope = 'resourceGroup'

metadata name = 'Entra to Proofpoint Essentials sync: its registrations'
metadata description = 'The app registrations of one deployment, with what they are granted; run by who may grant it, after main.bicep.'

extension microsoftGraphV1

@description('Name of the function app (output functionAppName of main.bicep): names the registrations, so that a second run finds them.')
@minLength(2)
param functionAppName string

@description('Principal id of the app\'s identity (output identityPrincipalId of main.bicep): what the registrations trust.')
@minLength(36)
@maxLength(36)
param identityPrincipalId string

@description('Redirect URI of sign-in (output signInRedirectUrl of main.bicep); empty: nobody signs in (authMode key), so no registration for it is made.')
param signInRedirectUrl string

@description('Object ids of the people or groups that administer the sync: they get the role Sync.Admin.')
@minLength(1)
param adminObjectIds string[]

@description('Object ids of the people or groups that may look but change nothing: they get the role Sync.Reader.')
param readerObjectIds string[] = []

@description('Object ids of the service principals that call the app by themselves: they get the role Sync.Automation.')
param automationObjectIds string[] = []

@description('Whether tokens that the Azure CLI takes for its user are given for the app; main.bicep has a parameter of the same name.')
param allowAzureCli bool = false

@description('Whether the app may tell shared, room and equipment mailboxes from people who left (MailboxSettings.Read).')
param readMailboxPurposes bool = false

@description('The organization\'s Essentials stack, where Essentials itself reads the directory or signs people in (an application of its own is made); empty: it does neither.')
param essentialsUrl string = ''

// ---- The same in every tenant ----

var graphAppId = '00000003-0000-0000-c000-000000000000'

// Source: learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
var azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

var issuer = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
var audience = 'api://AzureADTokenExchange'
var portalTag = 'WindowsAzureActiveDirectoryIntegratedApp'

// An app role that is in use can be neither changed nor removed in one step: ids, values and kinds of member never change.
var adminRole = '0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c01'
var readerRole = '0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c02'
var automationRole = '0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c03'
var azureCliScope = '0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c04'

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: graphAppId
}

// ---- The registration that reads Microsoft Graph: least permissions, nothing else ----

var readPermissions = concat(
  ['User.Read.All', 'GroupMember.Read.All'],
  readMailboxPurposes ? ['MailboxSettings.Read'] : []
)

resource directory 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: '${functionAppName}-directory'
  displayName: '${functionAppName} (reads the directory)'
  signInAudience: 'AzureADMyOrg'
  requiredResourceAccess: [
    {
      resourceAppId: graphAppId
      resourceAccess: [
        for permission in readPermissions: {
          id: filter(
            graph.appRoles,
            role => role.value == permission && contains(role.allowedMemberTypes, 'Application')
          )[0].id
          type: 'Role'
        }
      ]
    }
  ]
}

resource directoryTrust 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {
  name: '${directory.uniqueName}/app-identity'
  description: 'The identity of the function app.'
  issuer: issuer
  subject: identityPrincipalId
  audiences: [audience]
}

resource directoryPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: directory.appId
  tags: [portalTag]
}

resource directoryGrants 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for permission in readPermissions: {
    appRoleId: filter(
      graph.appRoles,
      role => role.value == permission && contains(role.allowedMemberTypes, 'Application')
    )[0].id
    principalId: directoryPrincipal.id
    resourceId: graph.id
  }
]

// ---- The registration that people sign in to ----

resource signIn 'Microsoft.Graph/applications@v1.0' = if (!empty(signInRedirectUrl)) {
  uniqueName: '${functionAppName}-sign-in'
  displayName: '${functionAppName} (sign-in)'
  signInAudience: 'AzureADMyOrg'
  web: {
    redirectUris: [signInRedirectUrl]
    implicitGrantSettings: {
      // The platform's sign-in uses the hybrid flow: without this, AADSTS700054.
      enableIdTokenIssuance: true
      enableAccessTokenIssuance: false
    }
  }
  api: {
    // Null would mean version 1, with another audience and issuer.
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: allowAzureCli
      ? [
          {
            id: azureCliScope
            value: 'user_impersonation'
            type: 'User'
            isEnabled: true
            adminConsentDisplayName: 'Call the sync as the signed-in user'
            adminConsentDescription: 'Lets the Azure CLI call the sync with the role of the person who uses it.'
            userConsentDisplayName: 'Call the sync for you'
            userConsentDescription: 'Lets the Azure CLI call the sync with your role.'
          }
        ]
      : []
    preAuthorizedApplications: allowAzureCli ? [{ appId: azureCli, delegatedPermissionIds: [azureCliScope] }] : []
  }
  appRoles: [
    {
      id: adminRole
      value: 'Sync.Admin'
      displayName: 'Sync administrator'
      description: 'Searches, executes, changes settings'
      allowedMemberTypes: ['User']
      isEnabled: true
    }
    {
      id: readerRole
      value: 'Sync.Reader'
      displayName: 'Sync reader'
      description: 'Sees plans, runs and settings'
      allowedMemberTypes: ['User']
      isEnabled: true
    }
    {
      id: automationRole
      value: 'Sync.Automation'
      displayName: 'Sync automation'
      description: 'Searches and executes behind the gate'
      allowedMemberTypes: ['Application']
      isEnabled: true
    }
  ]
}

resource signInTrust 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(signInRedirectUrl)) {
  name: '${functionAppName}-sign-in/app-identity'
  description: 'The identity of the function app.'
  issuer: issuer
  subject: identityPrincipalId
  audiences: [audience]
  dependsOn: [
    signIn
  ]
}

resource signInPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = if (!empty(signInRedirectUrl)) {
  appId: signIn!.appId
  appRoleAssignmentRequired: true
  tags: [portalTag]
}

// Nobody can consent for themselves where assignment is required: without this, AADSTS90094.
resource signInConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (!empty(signInRedirectUrl)) {
  clientId: signInPrincipal!.id
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: 'openid profile email'
}

var assignments = concat(
  map(adminObjectIds, id => { principal: id, role: adminRole }),
  map(readerObjectIds, id => { principal: id, role: readerRole }),
  map(automationObjectIds, id => { principal: id, role: automationRole })
)

resource assigned 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [
  for assignment in assignments: if (!empty(signInRedirectUrl)) {
    appRoleId: assignment.role
    principalId: assignment.principal
    resourceId: signInPrincipal!.id
  }
]

// ---- An application for Essentials itself, which asks for more; never the one that the app uses ----

// Source: Proofpoint's guide to its Azure directory sync.
var essentialsScopes = ['Directory.Read.All', 'Group.Read.All', 'User.ReadBasic.All']
var essentialsRole = 'Directory.Read.All'

resource essentials 'Microsoft.Graph/applications@v1.0' = if (!empty(essentialsUrl)) {
  uniqueName: '${functionAppName}-essentials'
  displayName: '${functionAppName} (Proofpoint Essentials itself)'
  signInAudience: 'AzureADMyOrg'
  web: {
    redirectUris: [essentialsUrl]
  }
  requiredResourceAccess: [
    {
      resourceAppId: graphAppId
      resourceAccess: concat(
        [{ id: filter(graph.appRoles, role => role.value == essentialsRole)[0].id, type: 'Role' }],
        map(essentialsScopes, name => {
          id: filter(graph.oauth2PermissionScopes, scope => scope.value == name)[0].id
          type: 'Scope'
        })
      )
    }
  ]
}

resource essentialsPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = if (!empty(essentialsUrl)) {
  appId: essentials!.appId
  tags: [portalTag]
}

resource essentialsGrant 'Microsoft.Graph/appRoleAssignedTo@v1.0' = if (!empty(essentialsUrl)) {
  appRoleId: filter(graph.appRoles, role => role.value == essentialsRole)[0].id
  principalId: essentialsPrincipal!.id
  resourceId: graph.id
}

resource essentialsConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (!empty(essentialsUrl)) {
  clientId: essentialsPrincipal!.id
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: join(essentialsScopes, ' ')
}

@description('Client id of the registration that reads Microsoft Graph: entraClientId of main.bicep.')
output entraClientId string = directory.appId

@description('Client id of the registration that people sign in to: signInClientId of main.bicep; empty where none is made.')
output signInClientId string = empty(signInRedirectUrl) ? '' : signIn!.appId

@description('Client id of Essentials\' own application: nativeSyncClientId of main.bicep; empty where none is made.')
output nativeSyncClientId string = empty(essentialsUrl) ? '' : essentials!.appId
