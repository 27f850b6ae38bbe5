// Package model is the dashboard's state: what arrives as a message, what it
// changes, and what is to be done about it. It turns the pool and the news that
// the file changed into what ui draws. Only [Model] has an Update; everything
// that takes time is a command.
package model
