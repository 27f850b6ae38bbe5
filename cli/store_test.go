package cli

import (
	"runtime"
	"testing"
)

func TestDisplayPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Unix paths")
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
