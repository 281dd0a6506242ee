targetScope = 'subscription'

metadata name = 'Entra to Proofpoint Essentials sync, for azd'
metadata description = 'A resource group, and main.bicep in it, with the parameters that differ from tenant to tenant.'

@description('Name of the azd environment: names the resource group.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region; one that has Flex Consumption (az functionapp list-flexconsumption-locations).')
param location string

@description('The Essentials stack on which the organization lives, or a reseller\'s own host.')
param proofpointUrl string = 'https://us1.proofpointessentials.com'

@description('The organization\'s primary domain.')
@minLength(4)
param proofpointDomain string

@description('Address of the API account: a local organization admin of Essentials.')
@minLength(6)
param proofpointUser string

@description('The app registration that reads Microsoft Graph; empty only while it does not exist yet.')
param entraClientId string = ''

@description('The app registration that people sign in to; empty only while it does not exist yet: the app then answers 503.')
param signInClientId string = ''

@description('Whether tokens that the Azure CLI took for its user are let in.')
param allowAzureCli bool = false

@description('What a scheduled run does with its plan: execute it, or report it and execute nothing.')
param syncMode 'apply' | 'report' = 'apply'

@description('Object id of the person or group that may write secrets; empty: nobody is given that right here.')
param vaultOfficerObjectId string = ''

@description('Addresses that alerts are mailed to; none: no alerts are made.')
param alertEmails string[] = []

// By this tag azd finds again what belongs to its environment.
var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module main 'main.bicep' = {
  scope: group
  name: 'sync'
  params: {
    location: location
    tags: tags
    proofpointUrl: proofpointUrl
    proofpointDomain: proofpointDomain
    proofpointUser: proofpointUser
    entraClientId: entraClientId
    signInClientId: signInClientId
    allowAzureCli: allowAzureCli
    syncMode: syncMode
    vaultOfficerObjectId: vaultOfficerObjectId
    alertEmails: alertEmails
  }
}

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app.')
output SYNC_APP_NAME string = main.outputs.functionAppName

@description('Address of the review page.')
output SYNC_REVIEW_PAGE string = main.outputs.reviewPageUrl

@description('Client id of the registration that people sign in to; empty while it does not exist yet.')
output SYNC_SIGN_IN_CLIENT_ID string = signInClientId

@description('Name of the vault: where the secrets are put.')
output SYNC_VAULT_NAME string = main.outputs.vaultName

@description('What is left to do, in this order; docs/deployment.md has the commands.')
output SYNC_NEXT_STEPS string[] = main.outputs.nextSteps
