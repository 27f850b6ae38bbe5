package poolstate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// storeName is the file name of a store in an agent's home.
const storeName = "auth.json"

// Location selects the store of an agent. Of File, Home and Profile, the first
// that is set counts; if none is, HERMES_HOME, and then the platform's default.
type Location struct{ File, Home, Profile string }

// ErrProfileName is the error of a profile name that is not a single path element.
var ErrProfileName = errors.New("a profile name must be a single directory name")

// Path returns the path of the store. It accesses no file.
func (l Location) Path() (string, error) { return l.pathOn(runtime.GOOS) }

func (l Location) pathOn(goos string) (string, error) {
	switch {
	case l.File != "":
		return l.File, nil
	case l.Home != "":
		return filepath.Join(l.Home, storeName), nil
	}
	root, err := homeOn(goos)
	if err != nil {
		return "", err
	}
	if l.Profile == "" {
		return filepath.Join(root, storeName), nil
	}
	if l.Profile == "." || l.Profile == ".." || strings.ContainsAny(l.Profile, `/\`) {
		return "", fmt.Errorf("profile %q: %w", l.Profile, ErrProfileName)
	}
	// HERMES_HOME may itself be a profile of the root.
	root = filepath.Clean(root)
	if dir := filepath.Dir(root); filepath.Base(dir) == "profiles" {
		root = filepath.Dir(dir)
	}
	return filepath.Join(root, "profiles", l.Profile, storeName), nil
}

// homeOn returns $HERMES_HOME unless that is blank, else the platform's default.
func homeOn(goos string) (string, error) {
	path := strings.TrimSpace(os.Getenv("HERMES_HOME"))
	if path == "" {
		path = filepath.Join("~", ".hermes")
		if local := os.Getenv("LOCALAPPDATA"); goos == "windows" && local != "" {
			return filepath.Join(local, "hermes"), nil
		}
	}
	// A shell does not expand a tilde inside quotes.
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("cannot find the user's home directory: %w", err)
	}
	return filepath.Join(home, rest), nil
}
