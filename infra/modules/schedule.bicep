metadata description = 'When the timer looks.'

// The value of one character of a uniqueString, which is a number in base 32.
func digit(text string, position int) int => indexOf('abcdefghijklmnopqrstuvwxyz234567', substring(text, position, 1))

@export()
@description('Every ten minutes at a second and a minute of its own, so that many deployments do not call at once.')
func scheduleOf(seed string) string =>
  '${(digit(seed, 0) * 32 + digit(seed, 1)) % 60} ${digit(seed, 2) % 10}-59/10 * * * *'
