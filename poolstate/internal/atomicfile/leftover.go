package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ownMark follows auth.json.tmp.<pid>. in the names of our temporary files. Those of
// agents have hexadecimal digits there.
const ownMark = "pooltop"

// inUse holds the temporary files of this process. Others with our PID were left by
// an earlier process that had it, as is common in containers.
var inUse sync.Map

// temporary names a temporary file next to target. Until its release, sweep spares it.
func temporary(target, random string) (path string, release func()) {
	path = fmt.Sprintf("%s.tmp.%d.%s%s", target, os.Getpid(), ownMark, random)
	inUse.Store(path, true)
	return path, func() { inUse.Delete(path) }
}

// sweep removes the temporary files that killed writers left next to
// target: they hold secrets. The lock must be held. A file whose process runs
// belongs to a writer that reached target by another path, such as a hard link, and so
// holds another lock. If such a writer is in another container, where its PID is not visible,
// its rename fails and nothing is lost.
func sweep(fsys FS, target string) {
	dir, base := filepath.Dir(target), filepath.Base(target)
	names, _ := fsys.Names(dir) // leftovers must not prevent a write
	for _, name := range names {
		path := filepath.Join(dir, name)
		pid := ownerOf(base, name)
		if _, mine := inUse.Load(path); pid == 0 || mine || pid != os.Getpid() && alive(pid) {
			continue
		}
		_ = fsys.Remove(path)
	}
}

// ownerOf returns the PID in the name of one of our temporary files for base, or 0.
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
