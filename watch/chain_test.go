package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// tree is a made-up file system: "dir", "file" or "-> target" by path.
type tree map[string]string

func (t tree) look(path string) (node, error) {
	switch what := t[path]; {
	case path == "/", path == ".", what == "dir":
		return node{kind: isDir}, nil
	case what == "file":
		return node{kind: isOther}, nil
	case strings.HasPrefix(what, "-> "):
		return node{kind: isLink, target: what[len("-> "):]}, nil
	default:
		return node{}, fs.ErrNotExist
	}
}

// layoutTests say what is watched as "dir/name", with "=" before the file's
// own name, and which directories cannot be done without.
var layoutTests = []struct {
	name  string
	tree  tree
	path  string
	sites string
	need  string
}{
	{
		name:  "plain file",
		tree:  tree{"/a": "dir", "/a/b": "dir", "/a/b/f": "file"},
		path:  "/a/b/f",
		sites: "/ a, /a b, /a/b =f",
		need:  "/a/b",
	},
	{
		name:  "in the root directory",
		tree:  tree{"/f": "file"},
		path:  "/f",
		sites: "/ =f",
		need:  "/",
	},
	{
		name:  "file missing",
		tree:  tree{"/a": "dir"},
		path:  "/a/f",
		sites: "/ a, /a =f",
		need:  "/a",
	},
	{
		name:  "directories missing",
		tree:  tree{"/a": "dir"},
		path:  "/a/b/c/f",
		sites: "/ a, /a b",
		need:  "/a",
	},
	{
		name:  "all missing",
		path:  "/a/b/c/f",
		sites: "/ a",
		need:  "/",
	},
	{
		name:  "a file in the way",
		tree:  tree{"/a": "dir", "/a/b": "file"},
		path:  "/a/b/f",
		sites: "/ a, /a b",
		need:  "/a",
	},
	{
		name:  "dots and separators",
		tree:  tree{"/a": "dir", "/a/b": "dir"},
		path:  "//a/./b//../b/f/",
		sites: "/ a, /a b, /a/b =f",
		need:  "/a/b",
	},
	{
		name:  "link in the same directory",
		tree:  tree{"/a": "dir", "/a/l": "-> f", "/a/f": "file"},
		path:  "/a/l",
		sites: "/ a, /a l, /a =f",
		need:  "/a",
	},
	{
		name:  "chain of links",
		tree:  tree{"/a": "dir", "/b": "dir", "/c": "dir", "/a/l": "-> ../b/m", "/b/m": "-> /c/f", "/c/f": "file"},
		path:  "/a/l",
		sites: "/ a, /a l, / b, /b m, / c, /c =f",
		need:  "/a /b /c",
	},
	{
		name:  "dangling link",
		tree:  tree{"/a": "dir", "/a/l": "-> /x/y/f"},
		path:  "/a/l",
		sites: "/ a, /a l, / x",
		need:  "/ /a",
	},
	{
		name:  "linked directory",
		tree:  tree{"/a": "dir", "/a/l": "-> v1", "/a/v1": "dir", "/a/v1/f": "file"},
		path:  "/a/l/f",
		sites: "/ a, /a l, /a v1, /a/v1 =f",
		need:  "/a /a/v1",
	},
	{
		name:  "parent of a linked directory",
		tree:  tree{"/a": "dir", "/a/l": "-> /b/c", "/b": "dir", "/b/c": "dir", "/b/f": "file"},
		path:  "/a/l/../f",
		sites: "/ a, /a l, / b, /b c, /b =f",
		need:  "/a /b",
	},
	{
		name:  "link to itself",
		tree:  tree{"/l": "-> l"},
		path:  "/l",
		sites: "/ l",
		need:  "/",
	},
	{
		name:  "loop of links",
		tree:  tree{"/a": "dir", "/b": "dir", "/a/l": "-> /b/m", "/b/m": "-> /a/l"},
		path:  "/a/l",
		sites: "/ a, /a l, / b, /b m",
		need:  "/a /b",
	},
	{
		name:  "loop that grows",
		tree:  tree{"/l": "-> l/x"},
		path:  "/l/f",
		sites: "/ l",
		need:  "/",
	},
	{
		name:  "link to a directory",
		tree:  tree{"/a": "dir", "/l": "-> /a"},
		path:  "/l",
		sites: "/ l, / =a",
		need:  "/",
	},
	{
		name:  "link to the root directory",
		tree:  tree{"/l": "-> /", "/f": "file"},
		path:  "/l/f",
		sites: "/ l, / =f",
		need:  "/",
	},
	{
		name:  "relative path",
		tree:  tree{"a": "dir", "a/f": "file"},
		path:  "a/f",
		sites: ". a, a =f",
		need:  "a",
	},
	{
		name: "the root directory",
		path: "/",
	},
}

func TestLayout(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are Unix ones")
	}
	for _, tt := range layoutTests {
		t.Run(tt.name, func(t *testing.T) {
			p := layout(tt.path, tt.tree.look, true)
			var sites, need, all []string
			for _, s := range p.sites {
				mark := ""
				if s.file {
					mark = "="
				}
				sites = append(sites, s.dir+" "+mark+s.name)
				if !slices.ContainsFunc(p.dirs, func(d watchedDir) bool { return d.path == s.dir }) {
					t.Errorf("%q is not watched", s.dir)
				}
			}
			for _, d := range p.dirs {
				all = append(all, d.path)
				if d.needed {
					need = append(need, d.path)
				}
			}
			slices.Sort(need)
			if got := strings.Join(sites, ", "); got != tt.sites {
				t.Errorf("sites\n got %s\nwant %s", got, tt.sites)
			}
			if got := strings.Join(need, " "); got != tt.need {
				t.Errorf("needed\n got %s\nwant %s", got, tt.need)
			}
			slices.Sort(all)
			if len(slices.Compact(slices.Clone(all))) != len(all) {
				t.Errorf("watched twice: %q", all)
			}
			if !p.same(layout(tt.path, tt.tree.look, true)) {
				t.Error("the same tree has another plan")
			}
			for _, d := range layout(tt.path, tt.tree.look, false).dirs {
				if !d.needed {
					t.Errorf("%q is watched without need", d.path)
				}
			}
		})
	}
}

func TestPlanKnowsReplacedDirectories(t *testing.T) {
	r := newRig(t)
	before := layout(r.path, lookup, watchAncestors)
	if !before.same(layout(r.path, lookup, watchAncestors)) {
		t.Error("differs although nothing happened")
	}
	other := newRig(t)
	swap(t, r.dir, other.dir)
	after := layout(r.path, lookup, watchAncestors)
	if before.same(after) {
		t.Error("the same although the directory was replaced")
	}
	if before.has(r.dir, after.dirs[len(after.dirs)-1].id) {
		t.Error("the new directory was taken for the old one")
	}
	if before.has(r.dir+".other", nil) {
		t.Error("an unknown directory was found")
	}
}

// One directory under two paths, as by a bind mount. Its events come under the
// path that was added first.
func TestDirectoryWithTwoPaths(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are Unix ones")
	}
	info, err := os.Stat(t.TempDir())
	must(t, err)
	made := tree{"/a": "dir", "/a/l": "-> /b/f", "/b": "dir", "/b/f": "file"}
	p := layout("/a/l", func(path string) (node, error) {
		n, err := made.look(path)
		if path == "/a" || path == "/b" {
			n.id = info
		}
		return n, err
	}, true)
	if len(p.dirs) != 2 || p.dirs[1].path != "/a" {
		t.Errorf("watches %+v", p.dirs)
	}
	if last := p.sites[len(p.sites)-1]; last != (site{dir: "/a", name: "f", file: true}) {
		t.Errorf("the file is taken for %+v", last)
	}
}

func TestSplitAndRoot(t *testing.T) {
	if got := split(filepath.FromSlash("/a/./b//../c/")); !slices.Equal(got, []string{"a", "b", "..", "c"}) {
		t.Errorf("got %q", got)
	}
	if got := root("a", "base"); got != "base" {
		t.Errorf("got %q", got)
	}
	if got := root("", "base"); got != "base" {
		t.Errorf("got %q", got)
	}
	abs := t.TempDir()
	want := filepath.VolumeName(abs) + string(filepath.Separator)
	if got := root(abs, "."); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAbsolute(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	got := absolute(filepath.Join("a", "f"))
	if !filepath.IsAbs(got) || filepath.Base(got) != "f" {
		t.Errorf("got %q", got)
	}
	if got := absolute(dir); got != dir {
		t.Errorf("got %q, want %q", got, dir)
	}
	if runtime.GOOS != "windows" {
		if got := absolute("link/../f"); !strings.HasSuffix(got, "/link/../f") {
			t.Errorf("%q does not lead through the link", got)
		}
	}
}
