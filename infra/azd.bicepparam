using 'azd.bicep'

// The values of the azd environment (azd env set NAME value); azd itself knows the first two and AZURE_PRINCIPAL_ID.

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')

param proofpointUrl = readEnvironmentVariable('PROOFPOINT_URL', 'https://us1.proofpointessentials.com')
param proofpointDomain = readEnvironmentVariable('PROOFPOINT_DOMAIN')
param proofpointUser = readEnvironmentVariable('PROOFPOINT_USER')

param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '')
param allowAzureCli = readEnvironmentVariable('ALLOW_AZURE_CLI', 'false') == 'true'
param syncMode = readEnvironmentVariable('SYNC_MODE', 'apply')

param vaultOfficerObjectId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

param alertEmails = empty(readEnvironmentVariable('ALERT_EMAIL', ''))
  ? []
  : [readEnvironmentVariable('ALERT_EMAIL', '')]
