// Package simulate is a small world for a credential pool: a clock that runs
// faster than ours, providers with a script of outages, and an agent that works
// the pool as a real one does. Everything in it is a value: the same seed plays
// the same story, wherever and whenever. It touches no file; what the agent
// decides comes out as changes for a store.
package simulate
