package store

// What plans are looked at of.
const (
	TrendSQL       = trendSQL
	PastWaitingSQL = pastWaitingSQL
	HeadAskedSQL   = headAskedSQL
)
