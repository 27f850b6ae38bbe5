// Package model is the state of the dashboard, as a Bubble Tea model. [Model]
// turns key presses, snapshots of the pool and ticks of the clock into a screen
// for package ui to draw. Everything that takes time, such as reading the file or
// performing an action, is a command that runs outside of Update.
package model
