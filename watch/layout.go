package watch

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// maxLinks is how many symbolic links a path may pass, as in the Linux kernel.
const maxLinks = 40

// layout is what has to be watched at one moment. Its names are cleaned and
// have no links in their directory part, as in events.
type layout struct {
	dirs  map[string]os.FileInfo // directories to watch
	files map[string][]*file     // files by name
	way   map[string]bool        // names of directories and links that lead to them
}

func newLayout(files []*file) *layout {
	l := &layout{map[string]os.FileInfo{}, map[string][]*file{}, map[string]bool{}}
	for _, f := range files {
		f.dirs = nil
		l.follow(f)
	}
	return l
}

func (l *layout) equal(m *layout) bool {
	sameDir := func(a, b os.FileInfo) bool { return a == nil && b == nil || os.SameFile(a, b) }
	return maps.EqualFunc(l.dirs, m.dirs, sameDir) && maps.Equal(l.way, m.way) &&
		maps.EqualFunc(l.files, m.files, slices.Equal)
}

// follow walks along the path of f. Events are needed from the directory of
// each link, and from that of the file or of the first name that is missing.
func (l *layout) follow(f *file) {
	dir, names := enter("", f.abs)
	for links := 0; len(names) > 0; {
		path := filepath.Join(dir, names[0])
		if names[0] == "" || names[0] == "." || names[0] == ".." {
			dir, names = path, names[1:]
			continue
		}
		last := len(names) == 1
		info, err := os.Lstat(path)
		switch {
		case err == nil && info.Mode()&os.ModeSymlink != 0 && links < maxLinks:
			l.way[l.watch(f, path)] = true
			links++
			target, _ := os.Readlink(path) // if it has just vanished, an event follows
			var ahead []string
			dir, ahead = enter(dir, target)
			names = append(ahead, names[1:]...)
		case err == nil && !last && info.Mode()&(os.ModeDir|os.ModeIrregular) != 0: // irregular: a Windows junction
			l.way[fold(path)] = true
			dir, names = path, names[1:]
		case last:
			name := l.watch(f, path)
			l.files[name] = append(l.files[name], f)
			return
		default:
			l.way[l.watch(f, path)] = true
			return
		}
	}
}

// enter returns the directory from which path leads on, if it is used in dir,
// and the names that follow.
func enter(dir, path string) (string, []string) {
	volume := filepath.VolumeName(path)
	if filepath.IsAbs(path) {
		dir = volume + string(filepath.Separator)
	}
	return dir, strings.Split(filepath.ToSlash(path[len(volume):]), "/")
}

// watch adds the directory of path to those that f needs, and returns the name
// of path in events.
func (l *layout) watch(f *file, path string) string {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err == nil {
		l.dirs[dir] = identified(info)
	} else {
		l.dirs[dir] = nil
	}
	f.dirs = append(f.dirs, dir)
	return fold(path)
}

// fold returns path as it is compared. The file systems of macOS and Windows
// usually ignore case.
func fold(path string) string {
	path = filepath.Clean(path)
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return strings.ToLower(path)
	}
	return path
}
