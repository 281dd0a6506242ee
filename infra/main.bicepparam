using 'main.bicep'

// What differs from tenant to tenant comes from environment variables, named like the settings (azd env set NAME value).
// Everything else that main.bicep takes may be written below; docs/deployment.md lists it.

param location = readEnvironmentVariable('AZURE_LOCATION')

param proofpointUrl = readEnvironmentVariable('PROOFPOINT_URL', 'https://us1.proofpointessentials.com')
param proofpointDomain = readEnvironmentVariable('PROOFPOINT_DOMAIN')
param proofpointUser = readEnvironmentVariable('PROOFPOINT_USER')

// Not known before the first deployment has made the identity that these registrations trust.
param entraClientId = readEnvironmentVariable('ENTRA_CLIENT_ID', '')
param signInClientId = readEnvironmentVariable('SIGN_IN_CLIENT_ID', '')

param vaultOfficerObjectId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')

// One address; more of them with a list in its place.
param alertEmails = empty(readEnvironmentVariable('ALERT_EMAIL', ''))
  ? []
  : [readEnvironmentVariable('ALERT_EMAIL', '')]
