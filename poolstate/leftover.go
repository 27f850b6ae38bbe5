package poolstate

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// ownMark begins the random part of our temporary files: auth.json.tmp.<pid>.
// and then this. An agent's is made of hexadecimal digits, so that none of its
// files can be taken for one of ours.
const ownMark = "pooltop"

// inUse are the temporary files of this process. Another process of our number
// may have been killed before us; in a container that is the rule.
var inUse sync.Map

// temporary names a temporary file beside target, for the time until it is
// released.
func (s *Store) temporary(target string) (path string, release func()) {
	path = fmt.Sprintf("%s.tmp.%d.%s%s", target, os.Getpid(), ownMark, s.random())
	inUse.Store(path, true)
	return path, func() { inUse.Delete(path) }
}

// sweep removes what writers that were killed left beside target: there are
// secrets in it. The lock has to be held.
//
// Only a file goes that has our mark and whose process is no more. An agent's
// stays, whatever its age. Ours are made under the lock, which we hold, so that
// a living owner can only be one that came to this target by another lock,
// through a link elsewhere; its number protects it. Should it run where we
// cannot see it, in another container, its rename fails and it says so: nothing
// is lost. What cannot be removed is no reason not to write.
func (s *Store) sweep(target string) {
	dir, base := filepath.Split(target)
	if dir == "" {
		dir = "."
	}
	names, err := s.fs.Names(dir)
	if err != nil {
		return
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		pid := ownerOf(base, name)
		if _, mine := inUse.Load(path); pid == 0 || mine || pid != os.Getpid() && alive(pid) {
			continue
		}
		_ = s.fs.Remove(path)
	}
}

// ownerOf returns the process that a temporary file of base is of, and 0 when
// name is none of ours.
func ownerOf(base, name string) int {
	rest, ok := strings.CutPrefix(name, base+".tmp.")
	number, random, cut := strings.Cut(rest, ".")
	if !ok || !cut || !strings.HasPrefix(random, ownMark) {
		return 0
	}
	pid, err := strconv.Atoi(number)
	// Zero and below mean groups of processes to the system.
	if err != nil || pid <= 0 || strconv.Itoa(pid) != number {
		return 0
	}
	return pid
}
