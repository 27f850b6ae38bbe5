// Package redact keeps secrets out of everything that is printed, logged or
// encoded.
//
// A [Secret] is a token on its way into the file: no fmt verb and no encoder
// shows it, also from inside other values. A [Digest] takes a secret's place
// where only equality matters. A [Scrubber] removes pieces of known secrets from
// text that should not hold any, such as a provider's error message.
package redact
