metadata description = 'The platform\'s sign-in before the app: on, for one application of one tenant; or off.'

@description('Name of the function app.')
param siteName string

@description('The app registration that people sign in to; empty: sign-in is off.')
param clientId string

@description('The tenant that people sign in from.')
param tenantId string

@description('Applications whose access tokens are let in besides those of the registration itself.')
param otherClientIds string[]

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

// No sign-in secret: the registration trusts the app's identity, whose client id stands in the setting of this name.
// Source: learn.microsoft.com/azure/app-service/configure-authentication-provider-aad (managed identity in place of a secret)
var identitySettingName = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'

var signInOff = {
  platform: {
    enabled: false
  }
}

var signInOn = {
  platform: {
    enabled: true
  }
  globalValidation: {
    requireAuthentication: true
    unauthenticatedClientAction: 'RedirectToLoginPage'
    redirectToProvider: 'azureActiveDirectory'
    excludedPaths: ['/api/health']
  }
  httpSettings: {
    requireHttps: true
  }
  identityProviders: {
    azureActiveDirectory: {
      enabled: true
      registration: {
        clientId: clientId
        clientSecretSettingName: identitySettingName
        openIdIssuer: '${environment().authentication.loginEndpoint}${tenantId}/v2.0'
      }
      validation: {
        allowedAudiences: [clientId]
        defaultAuthorizationPolicy: {
          // Only tokens of these applications get in. The registration itself belongs to them, or nobody could sign in.
          allowedApplications: concat([clientId], otherClientIds)
        }
      }
    }
  }
  login: {
    // The roles in the principal that the app reads come with the token store.
    tokenStore: {
      enabled: true
    }
  }
}

resource signIn 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: empty(clientId) ? signInOff : signInOn
}
