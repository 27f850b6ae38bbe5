package config

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestPathOn(t *testing.T) {
	x := filepath.ToSlash(t.TempDir())
	for _, c := range []struct {
		name, goos, home string
		env              map[string]string
		want             string
	}{
		{"XDG_CONFIG_HOME", "linux", "/home/me", map[string]string{"XDG_CONFIG_HOME": x}, x + "/pooltop/config.toml"},
		{"default", "linux", "/home/me", nil, "/home/me/.config/pooltop/config.toml"},
		{"relative XDG_CONFIG_HOME", "linux", "/home/me", map[string]string{"XDG_CONFIG_HOME": "x"}, "/home/me/.config/pooltop/config.toml"},
		{"macOS", "darwin", "/Users/me", nil, "/Users/me/.config/pooltop/config.toml"},
		{"Windows", "windows", "/home", map[string]string{"APPDATA": "/roaming"}, "/roaming/pooltop/config.toml"},
		{"Windows with XDG_CONFIG_HOME", "windows", "/home", map[string]string{"APPDATA": "/roaming", "XDG_CONFIG_HOME": x}, x + "/pooltop/config.toml"},
		{"Windows without APPDATA", "windows", "/home", nil, "/home/.config/pooltop/config.toml"},
		{"APPDATA on Linux", "linux", "/home/me", map[string]string{"APPDATA": "/roaming"}, "/home/me/.config/pooltop/config.toml"},
		{"no home", "linux", "", nil, ""},
	} {
		home := func() (string, error) {
			if c.home == "" {
				return "", errors.New("no home")
			}
			return c.home, nil
		}
		got := pathOn(c.goos, func(name string) string { return c.env[name] }, home)
		if filepath.ToSlash(got) != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
