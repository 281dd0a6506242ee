// Wrong on purpose: the misspelt property must be found, though the compiler calls it a warning and ends with status 0.
resource account 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'account'
  location: resourceGroup().location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    allowSharedKeyAcess: false
  }
}
