package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ownMark begins the random part of our temporary files, auth.json.tmp.<pid>.
// and then this. An agent's has hexadecimal digits there, so that none of its
// files can be mistaken for ours.
const ownMark = "pooltop"

// inUse holds the temporary files of this process. A file with our PID that is
// not in it was left by an earlier process with the same PID, which is common in
// containers.
var inUse sync.Map

// temporary returns the name of a temporary file next to target, which is
// protected from sweep until it is released.
func temporary(target, random string) (path string, release func()) {
	path = fmt.Sprintf("%s.tmp.%d.%s%s", target, os.Getpid(), ownMark, random)
	inUse.Store(path, true)
	return path, func() { inUse.Delete(path) }
}

// sweep removes the temporary files that killed writers left next to target:
// they hold secrets. The lock must be held.
//
// Only files with our mark whose process no longer runs are removed, never an
// agent's. A running owner can only be a writer that reached the same target
// through a symlink and so holds another lock; its PID protects it. If it runs
// in another container, where its PID is not visible here, its rename fails with
// an error and nothing is lost. A file that cannot be removed does not prevent a
// write.
func sweep(fsys FS, target string) {
	dir, base := filepath.Split(target)
	if dir == "" {
		dir = "."
	}
	names, err := fsys.Names(dir)
	if err != nil {
		return
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		pid := ownerOf(base, name)
		if _, mine := inUse.Load(path); pid == 0 || mine || pid != os.Getpid() && alive(pid) {
			continue
		}
		_ = fsys.Remove(path)
	}
}

// ownerOf returns the PID in the name of one of our temporary files of base, and
// 0 for any other name.
func ownerOf(base, name string) int {
	rest, ok := strings.CutPrefix(name, base+".tmp.")
	number, random, cut := strings.Cut(rest, ".")
	if !ok || !cut || !strings.HasPrefix(random, ownMark) {
		return 0
	}
	pid, err := strconv.Atoi(number)
	// Zero and negative numbers mean process groups to kill(2).
	if err != nil || pid <= 0 || strconv.Itoa(pid) != number {
		return 0
	}
	return pid
}
