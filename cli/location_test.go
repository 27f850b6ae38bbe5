package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// where is the path of the store that a command line looks at: the one that
// list says, or the one that it cannot find.
func where(t *testing.T, args ...string) string {
	t.Helper()
	out := done(t, pooltop(t, append([]string{"list", "--json", "--now", sampleTime}, args...)...))
	return decoded(t, out)["path"].(string)
}

// The first of --file, --home, --profile and $HERMES_HOME decides.
func TestWhereTheStoreIsFound(t *testing.T) {
	dir := t.TempDir()
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	for _, path := range []string{
		in("some", "pool.json"), in("home", "auth.json"), in("agent", "auth.json"),
		in("agent", "profiles", "work", "auth.json"), in("agent", "profiles", "play", "auth.json"),
	} {
		writeFile(t, path, []byte(`{}`))
	}
	file, home, profile := []string{"--file", in("some", "pool.json")}, []string{"--home", in("home")}, []string{"--profile", "work"}
	for _, c := range []struct {
		name string
		env  string // $HERMES_HOME
		args [][]string
		want string
	}{
		{"a file", in("agent"), [][]string{file}, in("some", "pool.json")},
		{"a file wins over a home", in("agent"), [][]string{home, file}, in("some", "pool.json")},
		{"a file wins over a profile", in("agent"), [][]string{profile, file}, in("some", "pool.json")},
		{"a home", in("agent"), [][]string{home}, in("home", "auth.json")},
		{"a home wins over a profile", in("agent"), [][]string{profile, home}, in("home", "auth.json")},
		{"a profile", in("agent"), [][]string{profile}, in("agent", "profiles", "work", "auth.json")},
		{"a profile beside the one of the environment", in("agent", "profiles", "play"), [][]string{profile}, in("agent", "profiles", "work", "auth.json")},
		{"the environment", in("agent"), nil, in("agent", "auth.json")},
		{"the environment's profile", in("agent", "profiles", "play"), nil, in("agent", "profiles", "play", "auth.json")},
		{"blanks around the environment", "  " + in("agent") + " ", nil, in("agent", "auth.json")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("HERMES_HOME", c.env)
			var args []string
			for _, a := range c.args {
				args = append(args, a...)
			}
			equal(t, "the path", where(t, args...), c.want)
		})
	}
}

// Without anything said it is the platform's default.
func TestWhereTheStoreIsFoundByDefault(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the default there is another one, of poolstate's own tests")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	writeFile(t, filepath.Join(home, ".hermes", "auth.json"), []byte(`{}`))
	writeFile(t, filepath.Join(home, ".hermes", "profiles", "work", "auth.json"), []byte(`{}`))
	for _, env := range []string{"", "  "} {
		t.Setenv("HERMES_HOME", env)
		equal(t, "the path", where(t), filepath.Join(home, ".hermes", "auth.json"))
		equal(t, "the profile", where(t, "--profile", "work"), filepath.Join(home, ".hermes", "profiles", "work", "auth.json"))
	}
	t.Setenv("HERMES_HOME", "~/.hermes")
	equal(t, "the path behind ~", where(t), filepath.Join(home, ".hermes", "auth.json"))
}

// A path that is not absolute is one of the working directory's, and is said in
// full.
func TestARelativePathIsSaidInFull(t *testing.T) {
	t.Chdir(t.TempDir())
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, "auth.json", []byte(`{}`))
	for _, args := range [][]string{{"--file", "auth.json"}, {"--file", "./auth.json"}, {"--home", "."}} {
		equal(t, "the path", where(t, args...), filepath.Join(dir, "auth.json"))
	}
	missing := pooltop(t, "list", "--file", "other.json")
	refused(t, missing, exitRefused, filepath.Join(dir, "other.json"))
}

// People know their home as ~.
func TestDisplayPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	for _, c := range []struct{ home, path, want string }{
		{"/home/me", "/home/me/.hermes/auth.json", "~/.hermes/auth.json"},
		{"/home/me/", "/home/me/.hermes/auth.json", "~/.hermes/auth.json"},
		{"/home/me", "/home/merlin/auth.json", "/home/merlin/auth.json"},
		{"/home/me", "/home/me", "/home/me"},
		{"/home/me", "/srv/home/me/auth.json", "/srv/home/me/auth.json"},
		{"/", "/root/auth.json", "~/root/auth.json"},
		{"", "/root/auth.json", "/root/auth.json"},
	} {
		t.Run(c.home+" "+c.path, func(t *testing.T) {
			t.Setenv("HOME", c.home)
			equal(t, "the path", displayPath(c.path), c.want)
		})
	}
}
