metadata description = 'How values are written as app settings.'

@export()
@description('Several values, or the word for none.')
func listed(values string[]) string => empty(values) ? 'none' : join(values, ',')

@export()
@description('Yes or no, as the app reads it.')
func truth(value bool) string => value ? 'true' : 'false'

@export()
@description('The host drops empty variables, so an empty value would mean the default: what is not set is left out.')
func onlySet(settings object) object =>
  toObject(filter(items(settings), setting => !empty(setting.value)), setting => setting.key, setting => setting.value)
