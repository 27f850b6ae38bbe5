package watch

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// layout is what has to be watched at one moment.
type layout struct {
	dirs  map[string]os.FileInfo // directories to watch, by the name of their own events
	files map[string][]*file     // files by the names of their events
}

func newLayout(files []*file) *layout {
	l := &layout{map[string]os.FileInfo{}, map[string][]*file{}}
	for _, f := range files {
		f.dirs = nil
		for _, path := range []string{f.abs, target(f.abs)} {
			dir, info := filepath.Dir(path), os.FileInfo(nil)
			for ; ; path, dir = dir, filepath.Dir(dir) { // up to a directory that exists
				var err error
				if info, err = os.Stat(dir); (err == nil && info.IsDir()) || dir == path {
					break
				}
			}
			f.dirs = append(f.dirs, dir)
			l.dirs[dir] = identified(info)
			if name := fold(path); !slices.Contains(l.files[name], f) {
				l.files[name] = append(l.files[name], f)
			}
		}
	}
	return l
}

// target resolves symbolic links, the last one also if it is broken.
func target(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	link, err := os.Readlink(path)
	switch {
	case err != nil:
		return path
	case filepath.IsAbs(link):
		return link
	default:
		return filepath.Join(filepath.Dir(path), link)
	}
}

func (l *layout) equal(m *layout) bool {
	sameDir := func(a, b os.FileInfo) bool { return a == nil && b == nil || os.SameFile(a, b) }
	return maps.EqualFunc(l.dirs, m.dirs, sameDir) && maps.EqualFunc(l.files, m.files, slices.Equal)
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
