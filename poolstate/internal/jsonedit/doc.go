// Package jsonedit changes members of JSON objects and leaves every other byte
// of the text as it was: white space, key order, duplicate keys, the spelling of
// numbers and text that is not UTF-8 all survive.
//
// [Parse] returns a tree of values that point into the text. An [Editor]
// collects edits of its objects, and Bytes joins the untouched parts of the text
// with the new ones. New members take over the separators of their object.
//
// The parser accepts what Python's json module writes, which is JSON with the
// numbers NaN, Infinity and -Infinity, optionally after a byte order mark.
package jsonedit
