package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ownMark follows auth.json.tmp.<pid>. in the names of our temporary files. Agents
// put hexadecimal digits there.
const ownMark = "pooltop"

// inUse contains the temporary files of this process. Other files with our PID were
// left by an earlier process with the same PID, which is common in containers.
var inUse sync.Map

// temporary returns the path of a temporary file next to target. sweep does not remove
// the file before release is called.
func temporary(target, random string) (path string, release func()) {
	path = fmt.Sprintf("%s.tmp.%d.%s%s", target, os.Getpid(), ownMark, random)
	inUse.Store(path, true)
	return path, func() { inUse.Delete(path) }
}

// sweep removes the temporary files that killed writers left next to target, because they
// contain secrets. The caller must hold the lock. sweep keeps the file of a running process:
// that process accesses target by another path, such as a hard link, and therefore holds a
// different lock. Processes in other containers are not visible, so their files are removed.
// Their renames then fail, but nothing is lost.
func sweep(fsys FS, target string) {
	dir, base := filepath.Dir(target), filepath.Base(target)
	names, _ := fsys.Names(dir) // a failed cleanup must not prevent a write
	for _, name := range names {
		path := filepath.Join(dir, name)
		pid := ownerOf(base, name)
		if _, mine := inUse.Load(path); pid == 0 || mine || pid != os.Getpid() && alive(pid) {
			continue
		}
		_ = fsys.Remove(path)
	}
}

// ownerOf returns the PID in name if it is one of our temporary files for base, and 0
// otherwise.
func ownerOf(base, name string) int {
	rest, ok := strings.CutPrefix(name, base+".tmp.")
	number, random, cut := strings.Cut(rest, ".")
	if !ok || !cut || !strings.HasPrefix(random, ownMark) {
		return 0
	}
	pid, err := strconv.Atoi(number)
	// kill(2) interprets zero and negative numbers as process groups.
	if err != nil || pid <= 0 || strconv.Itoa(pid) != number {
		return 0
	}
	return pid
}
