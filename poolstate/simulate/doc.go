// Package simulate plays scenarios of provider outages: a clock in accelerated
// time, providers that fail on a script, and an agent that uses the pool as a real
// one does. It is deterministic for a given seed and accesses no file; the agent's
// decisions are changes to apply to a store.
package simulate
