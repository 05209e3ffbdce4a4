package store

// DueQuery is what TakeDue asks, for the test of its plan.
const DueQuery = dueQuery
