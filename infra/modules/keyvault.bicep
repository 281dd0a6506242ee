metadata description = 'The vault of the secrets that no identity can replace, opened by roles only; what is deleted can be recovered.'

@description('Name of the vault.')
param name string

@description('Azure region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The principal of the app, which reads secrets.')
param appPrincipalId string

@description('Object id of the person or group that writes secrets; empty: nobody is given that right here.')
param vaultOfficerObjectId string

@description('Name of the secret with the password of the Essentials account.')
param proofpointSecretName string

@description('The password of the Essentials account; empty: the secret is left as it is.')
@secure()
param proofpointPassword string

@description('When the password expires, in seconds since 1970; 0: not known.')
param proofpointPasswordExpiresAtSeconds int

@description('Name of the secret with the client secret of the app registration.')
param entraSecretName string

@description('The client secret of the app registration; empty: the secret is left as it is.')
@secure()
param entraClientSecret string

@description('When the client secret expires, in seconds since 1970; 0: not known.')
param entraClientSecretExpiresAtSeconds int

@description('The workspace that takes the logs.')
param workspaceId string

// Source: learn.microsoft.com/azure/role-based-access-control/built-in-roles/security
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    // Cannot be undone: a deleted vault keeps its name for these days, and a deployment under that name recovers it.
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // The app has no network of its own, so no address can be let in by name: roles are what opens the vault.
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      defaultAction: 'Allow'
      bypass: 'AzureServices'
    }
  }
}

resource proofpointSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(proofpointPassword)) {
  parent: vault
  name: proofpointSecretName
  properties: {
    value: proofpointPassword
    contentType: 'Password of the Essentials account'
    attributes: proofpointPasswordExpiresAtSeconds == 0 ? {} : { exp: proofpointPasswordExpiresAtSeconds }
  }
}

resource entraSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(entraClientSecret)) {
  parent: vault
  name: entraSecretName
  properties: {
    value: entraClientSecret
    contentType: 'Client secret of the app registration'
    attributes: entraClientSecretExpiresAtSeconds == 0 ? {} : { exp: entraClientSecretExpiresAtSeconds }
  }
}

resource appMayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, appPrincipalId, secretsUser)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// No principalType: it may be a person or a group.
resource officerMayWrite 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(vaultOfficerObjectId)) {
  scope: vault
  name: guid(vault.id, vaultOfficerObjectId, secretsOfficer)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsOfficer)
    principalId: vaultOfficerObjectId
  }
}

#disable-next-line use-recent-api-versions // the newest one that takes a workspace
resource vaultLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

output id string = vault.id
output name string = vault.name
output url string = 'https://${vault.name}${environment().suffixes.keyvaultDns}'
