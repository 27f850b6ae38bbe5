// Package atomicfile replaces a file as a whole or not at all.
//
// [Replace] writes a temporary file next to the target, syncs it, renames it
// over the target and syncs the directory. Owner and group stay, and the mode
// becomes 0600. A target that cannot be renamed over, such as a bind-mounted
// file, is overwritten in place, and restored if that fails. Temporary files of
// processes that were killed are removed by the next Replace.
//
// The caller must hold a lock that keeps other writers away.
package atomicfile
