package poolstate

import (
	"cmp"
	"errors"
	"path/filepath"
	"testing"
)

func TestLocationPath(t *testing.T) {
	tests := []struct {
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
		{name: "blanks around it", hermesHome: " /srv/h ", want: "/srv/h/auth.json"},
		{name: "a tilde that no shell expanded", hermesHome: "~/h", want: "/home/me/h/auth.json"},
		{name: "the tilde alone", hermesHome: "~", want: "/home/me/auth.json"},
		{name: "a name that begins with a tilde", hermesHome: "~h", want: "~h/auth.json"},
		{name: "a tilde inside", hermesHome: "/srv/~/h", want: "/srv/~/h/auth.json"},
		{name: "home", loc: Location{Home: "/opt/h"}, hermesHome: "/srv/h", want: "/opt/h/auth.json"},
		{name: "home before profile", loc: Location{Home: "/opt/h", Profile: "work"}, want: "/opt/h/auth.json"},
		{name: "file", loc: Location{File: "x/pool.json", Home: "/opt/h", Profile: "work"}, hermesHome: "/srv/h", want: "x/pool.json"},
		{name: "profile", loc: Location{Profile: "work"}, want: "/home/me/.hermes/profiles/work/auth.json"},
		{name: "profile under the environment's root", loc: Location{Profile: "work"}, hermesHome: "/srv/h", want: "/srv/h/profiles/work/auth.json"},
		{name: "environment inside of a profile", hermesHome: "/srv/h/profiles/play", want: "/srv/h/profiles/play/auth.json"},
		{name: "another profile of the same root", loc: Location{Profile: "work"}, hermesHome: "/srv/h/profiles/play", want: "/srv/h/profiles/work/auth.json"},
		{name: "a slash at the end", loc: Location{Profile: "work"}, hermesHome: "/srv/h/profiles/play/", want: "/srv/h/profiles/work/auth.json"},
		{name: "a root that is called profiles", loc: Location{Profile: "work"}, hermesHome: "/srv/profiles", want: "/srv/profiles/profiles/work/auth.json"},
		{name: "Windows", goos: "windows", local: "/u/AppData/Local", want: "/u/AppData/Local/hermes/auth.json"},
		{name: "Windows, profile", goos: "windows", loc: Location{Profile: "work"}, local: "/u/AppData/Local", want: "/u/AppData/Local/hermes/profiles/work/auth.json"},
		{name: "Windows, environment", goos: "windows", local: "/u/AppData/Local", hermesHome: "/srv/h", want: "/srv/h/auth.json"},
		{name: "Windows without LOCALAPPDATA", goos: "windows", want: "/home/me/.hermes/auth.json"},
		{name: "elsewhere LOCALAPPDATA means nothing", goos: "darwin", local: "/u/AppData/Local", want: "/home/me/.hermes/auth.json"},
		{name: "a profile with a dot", loc: Location{Profile: "v1.2"}, want: "/home/me/.hermes/profiles/v1.2/auth.json"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			setHome(t, "/home/me")
			t.Setenv("HERMES_HOME", tt.hermesHome)
			t.Setenv("LOCALAPPDATA", tt.local)
			got, err := tt.loc.pathOn(cmp.Or(tt.goos, "linux"))
			must(t, err)
			equal(t, "path", filepath.ToSlash(got), tt.want)
		})
	}
}

// A profile name must not lead to another directory.
func TestLocationPath_ProfileNames(t *testing.T) {
	for _, name := range []string{".", "..", "a/b", "../x", "/etc", `a\b`, `..\x`, "a/"} {
		path, err := Location{Profile: name}.Path()
		if !errors.Is(err, ErrProfileName) || path != "" {
			t.Errorf("profile %q is at %q, %v", name, path, err)
		}
	}
}

func TestLocationPath_NoHome(t *testing.T) {
	setHome(t, "")
	t.Setenv("HERMES_HOME", "")
	t.Setenv("LOCALAPPDATA", "")
	for _, loc := range []Location{{}, {Profile: "work"}} {
		if path, err := loc.Path(); err == nil || path != "" {
			t.Errorf("the store is at %q, %v", path, err)
		}
	}
}

// setHome sets the user's home directory, whatever the platform.
func setHome(t *testing.T, path string) {
	t.Helper()
	for _, name := range []string{"HOME", "USERPROFILE", "home"} {
		t.Setenv(name, path)
	}
}
