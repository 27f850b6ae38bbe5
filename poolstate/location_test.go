package poolstate

import (
	"cmp"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestLocation_Path(t *testing.T) {
	for _, tt := range []struct {
		name       string
		loc        Location
		goos       string
		hermesHome string
		local      string // LOCALAPPDATA
		want       string
	}{
		{name: "default", want: "/home/me/.hermes/auth.json"},
		{name: "environment", hermesHome: "/srv/h", want: "/srv/h/auth.json"},
		{name: "blank environment", hermesHome: " \t", want: "/home/me/.hermes/auth.json"},
		{name: "tilde", hermesHome: "~/h", want: "/home/me/h/auth.json"},
		{name: "only a tilde", hermesHome: "~", want: "/home/me/auth.json"},
		{name: "unknown user", hermesHome: "~h", want: "~h/auth.json"},
		{name: "a variable", hermesHome: "$SRV/h", want: "/srv/h/auth.json"},
		{name: "a variable in braces and spaces", hermesHome: " ${SRV}/h ", want: "/srv/h/auth.json"},
		{name: "a variable with a tilde", hermesHome: "$TILDE/h", want: "/home/me/h/auth.json"},
		{name: "unset variable", hermesHome: "/x/$UNSET/h", want: "/x/$UNSET/h/auth.json"},
		{name: "not a variable", hermesHome: "/x/$/$$/h", want: "/x/$/$$/h/auth.json"},
		{name: "a variable in the file", loc: Location{File: "$SRV/a.json"}, want: "/srv/a.json"},
		{name: "a tilde in the file", loc: Location{File: "~/a.json"}, want: "/home/me/a.json"},
		{name: "a variable in the home", loc: Location{Home: "$SRV"}, want: "/srv/auth.json"},
		{name: "a profile under a variable", loc: Location{Profile: "work"}, hermesHome: "$SRV/h", want: "/srv/h/profiles/work/auth.json"},
		{name: "the default profile from another", loc: Location{Profile: "default"}, hermesHome: "/srv/h/profiles/play", want: "/srv/h/auth.json"},
		{name: "home", loc: Location{Home: "/opt/h"}, hermesHome: "/srv/h", want: "/opt/h/auth.json"},
		{name: "file", loc: Location{File: "x/pool.json", Home: "/opt/h", Profile: "work"}, hermesHome: "/srv/h", want: "x/pool.json"},
		{name: "profile", loc: Location{Profile: "work"}, want: "/home/me/.hermes/profiles/work/auth.json"},
		{name: "another profile of the same root", loc: Location{Profile: "work"}, hermesHome: "/srv/h/profiles/play", want: "/srv/h/profiles/work/auth.json"},
		{name: "trailing slash", loc: Location{Profile: "work"}, hermesHome: "/srv/h/profiles/play/", want: "/srv/h/profiles/work/auth.json"},
		{name: "root named profiles", loc: Location{Profile: "work"}, hermesHome: "/srv/profiles", want: "/srv/profiles/profiles/work/auth.json"},
		{name: "Windows", goos: "windows", local: "/u/AppData/Local", want: "/u/AppData/Local/hermes/auth.json"},
		{name: "Windows, profile", goos: "windows", loc: Location{Profile: "work"}, local: "/u/AppData/Local", want: "/u/AppData/Local/hermes/profiles/work/auth.json"},
		{name: "Windows, environment", goos: "windows", local: "/u/AppData/Local", hermesHome: "/srv/h", want: "/srv/h/auth.json"},
		{name: "Windows without LOCALAPPDATA", goos: "windows", want: "/home/me/.hermes/auth.json"},
		{name: "LOCALAPPDATA not on Windows", goos: "darwin", local: "/u/AppData/Local", want: "/home/me/.hermes/auth.json"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setHome(t, "/home/me")
			t.Setenv("HERMES_HOME", tt.hermesHome)
			t.Setenv("LOCALAPPDATA", tt.local)
			t.Setenv("SRV", "/srv")
			t.Setenv("TILDE", "~")
			got, err := tt.loc.pathOn(cmp.Or(tt.goos, "linux"))
			must(t, err)
			equal(t, "path", filepath.ToSlash(got), tt.want)
		})
	}
}

// A profile name must not lead outside the profiles directory.
func TestLocation_Path_ProfileNames(t *testing.T) {
	for _, name := range []string{".", "..", "a/b", "../x", "/etc", `a\b`, `..\x`, "a/"} {
		path, err := Location{Profile: name}.Path()
		if !errors.Is(err, ErrProfileName) || path != "" {
			t.Errorf("profile %q is at %q, %v", name, path, err)
		}
	}
}

// If $HOME is not set, the home directory is read from the user database.
func TestLocation_Path_NoHome(t *testing.T) {
	me, err := user.Current()
	if err != nil || me.HomeDir == "" {
		t.Skip("the home directory of this user is unknown: ", err)
	}
	setHome(t, "")
	t.Setenv("HERMES_HOME", "")
	t.Setenv("LOCALAPPDATA", "")
	for loc, want := range map[Location]string{
		{}:                  filepath.Join(me.HomeDir, ".hermes", "auth.json"),
		{Profile: "work"}:   filepath.Join(me.HomeDir, ".hermes", "profiles", "work", "auth.json"),
		{File: "~/a.json"}:  filepath.Join(me.HomeDir, "a.json"),
		{File: "/x/a.json"}: "/x/a.json",
	} {
		path, err := loc.Path()
		must(t, err)
		equal(t, "path", path, want)
	}
}

// setHome sets the user's home directory on any platform.
func setHome(t *testing.T, path string) {
	t.Helper()
	for _, name := range []string{"HOME", "USERPROFILE", "home"} {
		t.Setenv(name, path)
	}
}

func TestExpandPath_User(t *testing.T) {
	me, err := user.Current()
	if err != nil || runtime.GOOS == "windows" || me.Username == "" {
		t.Skip("the name of this user is unknown: ", err)
	}
	setHome(t, "/elsewhere")
	for path, want := range map[string]string{
		"~" + me.Username:               me.HomeDir,
		"~" + me.Username + "/a.json":   filepath.Join(me.HomeDir, "a.json"),
		"~no-such-user-of-pooltop/a":    "~no-such-user-of-pooltop/a",
		"a/~" + me.Username + "/a.json": "a/~" + me.Username + "/a.json",
	} {
		got, err := ExpandPath(path)
		must(t, err)
		equal(t, path, got, want)
	}
}

func TestOtherProfile(t *testing.T) {
	for _, tt := range []struct{ name, active, home, want string }{
		{"none", "", "", ""},
		{"another", "work", "", "work"},
		{"with a newline", " work\n", "", "work"},
		{"the root", "default\n", "", ""},
		{"shown", "work", "profiles/work", ""},
		{"different from the profile shown", "work", "profiles/play", "work"},
		{"root is active", "default", "profiles/play", "default"},
		{"long", strings.Repeat("x", 1000), "", strings.Repeat("x", maxProfileName)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			must(t, os.WriteFile(filepath.Join(root, "active_profile"), []byte(tt.active), 0o600))
			equal(t, "profile", OtherProfile(filepath.Join(root, tt.home, "auth.json")), tt.want)
		})
	}
	root := t.TempDir()
	must(t, os.Mkdir(filepath.Join(root, "active_profile"), 0o700))
	equal(t, "a directory", OtherProfile(filepath.Join(root, "auth.json")), "")
	equal(t, "no file", OtherProfile(filepath.Join(root, "x", "auth.json")), "")
}

func TestProfileOf(t *testing.T) {
	for path, want := range map[string]string{
		"/h/auth.json": "default", "/h/profiles/work/auth.json": "work", "/h/profiles/auth.json": "default", "/auth.json": "default",
	} {
		equal(t, path, ProfileOf(path), want)
	}
}
