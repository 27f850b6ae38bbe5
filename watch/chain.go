package watch

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// maxLinks is how many symbolic links are followed. It is more than any
// supported system does, so a chain that is cut here cannot be opened anyway.
const maxLinks = 64

// watchAncestors says whether every directory above the file is watched, which
// is what it takes to be told of the replacement of any of them. Elsewhere than
// on Linux the price is too high: kqueue opens every file of a watched
// directory, and an open directory cannot be moved away on Windows. There the
// safety check has to notice it.
const watchAncestors = runtime.GOOS == "linux"

// site is a name in a directory that decides what the watched path leads to.
type site struct {
	dir  string
	name string
	file bool // the name of the file itself, not of something on the way to it
}

// watchedDir is a directory that has to be watched.
type watchedDir struct {
	path string
	id   os.FileInfo
	// needed: a link, the file or the place where a missing name will appear
	// is in here. Without it changes of the file would go unnoticed.
	needed bool
}

// plan is what has to be watched for a path, as things were when it was made.
type plan struct {
	sites []site
	dirs  []watchedDir
}

// same reports whether p and q watch the same names in the same directories,
// not only directories of the same path.
func (p plan) same(q plan) bool {
	if len(p.sites) != len(q.sites) || len(p.dirs) != len(q.dirs) {
		return false
	}
	for i := range p.sites {
		if p.sites[i] != q.sites[i] {
			return false
		}
	}
	for i := range p.dirs {
		a, b := p.dirs[i], q.dirs[i]
		if a.path != b.path || a.needed != b.needed || !sameFile(a.id, b.id) {
			return false
		}
	}
	return true
}

// node is what a path stands for, without following it if it is a link.
type node struct {
	kind   kind
	target string // of a link
	id     os.FileInfo
}

type kind int

const (
	isOther kind = iota
	isDir
	isLink
)

// layout works out what to watch for path: each name that is passed on the way
// to the file, links followed, up to the first one that is missing. Every
// directory appears under one path that has no links in it, because events
// carry the path that a directory was first added by.
func layout(path string, look func(string) (node, error), ancestors bool) plan {
	w := walk{look: look, rest: split(path)}
	w.enter(root(path, "."))
	for len(w.rest) > 0 && w.step() {
	}
	if !ancestors {
		w.plan.dirs = needed(w.plan.dirs)
	}
	return w.plan
}

// walk is the state of following a path.
type walk struct {
	look  func(string) (node, error)
	dir   string      // where it stands, free of links
	id    os.FileInfo // of dir
	rest  []string    // what is left of the path
	links int
	plan  plan
}

// step follows the next name and reports whether the path leads on.
func (w *walk) step() bool {
	name := w.rest[0]
	w.rest = w.rest[1:]
	if name == ".." {
		w.enter(filepath.Dir(w.dir))
		return true
	}
	last := len(w.rest) == 0
	path := filepath.Join(w.dir, name)
	n, err := w.look(path)
	switch {
	case err == nil && n.kind == isLink:
		w.record(site{dir: w.dir, name: name}, true)
		w.links++
		if w.links > maxLinks {
			return false
		}
		w.rest = append(split(n.target), w.rest...)
		if to := root(n.target, w.dir); to != w.dir {
			w.enter(to)
		}
		return true
	case err == nil && n.kind == isDir && !last:
		w.record(site{dir: w.dir, name: name}, false)
		w.dir, w.id = path, n.id
		return true
	default:
		// The file, or what is missing, or what is in the way.
		w.record(site{dir: w.dir, name: name, file: last}, true)
		return false
	}
}

// enter goes to a directory that is known to exist, or at least to be meant.
func (w *walk) enter(dir string) {
	w.dir, w.id = dir, nil
	if n, err := w.look(dir); err == nil {
		w.id = n.id
	}
}

// record adds s and its directory to the plan, each once.
func (w *walk) record(s site, need bool) {
	at := -1
	for i, d := range w.plan.dirs {
		// One directory can have two paths by a bind mount, or by a file
		// system that ignores case. Its events come under the first.
		if d.path == s.dir || d.id != nil && w.id != nil && os.SameFile(d.id, w.id) {
			at = i
			break
		}
	}
	if at < 0 {
		at = len(w.plan.dirs)
		w.plan.dirs = append(w.plan.dirs, watchedDir{path: s.dir, id: w.id})
	}
	w.plan.dirs[at].needed = w.plan.dirs[at].needed || need
	s.dir = w.plan.dirs[at].path
	for i := range w.plan.sites {
		if old := &w.plan.sites[i]; old.dir == s.dir && old.name == s.name {
			old.file = old.file || s.file
			return
		}
	}
	w.plan.sites = append(w.plan.sites, s)
}

func needed(dirs []watchedDir) []watchedDir {
	var list []watchedDir
	for _, d := range dirs {
		if d.needed {
			list = append(list, d)
		}
	}
	return list
}

// root returns the directory that path starts from, which is base for a
// relative path.
func root(path, base string) string {
	volume := filepath.VolumeName(path)
	if rest := path[len(volume):]; rest == "" || !os.IsPathSeparator(rest[0]) {
		return base
	}
	if volume == "" {
		volume = filepath.VolumeName(base)
	}
	return volume + string(filepath.Separator)
}

// split returns the names in path, without those that lead nowhere. The names
// ".." stay: behind a link they mean the parent of its target.
func split(path string) []string {
	path = path[len(filepath.VolumeName(path)):]
	var names []string
	for name := range strings.FieldsFuncSeq(path, func(r rune) bool {
		return r < 0x80 && os.IsPathSeparator(uint8(r))
	}) {
		if name != "." {
			names = append(names, name)
		}
	}
	return names
}

// lookup is the look of layout at the real file system.
func lookup(path string) (node, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return node{}, err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return node{kind: isDir, id: pinned(info)}, nil
	case mode&os.ModeSymlink != 0:
		target, err := os.Readlink(path)
		return node{kind: isLink, target: target}, err
	case mode&os.ModeIrregular != 0:
		// A Windows junction is no symbolic link and yet leads to a directory.
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			return node{kind: isDir, id: pinned(info)}, nil
		}
	}
	return node{kind: isOther}, nil
}
