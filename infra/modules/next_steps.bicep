metadata description = 'What is left to do after a deployment.'

@export()
@description('A step for each registration whose parameter is empty.')
func registrationSteps(entraClientId string, authMode string, signInClientId string) string[] =>
  concat(
    empty(entraClientId)
      ? ['Register the application that reads Microsoft Graph, and deploy again with entraClientId.']
      : [],
    authMode == 'easyauth' && empty(signInClientId)
      ? ['Register the application that people sign in to, and deploy again with signInClientId.']
      : []
  )

@export()
@description('A step for a secret that may be in the vault or not.')
func secretStep(what string, vaultName string, secretName string) string =>
  'Put the ${what} into ${vaultName} as ${secretName}, if it is not there yet.'
