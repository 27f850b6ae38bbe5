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
type Location struct {
	File, Home, Profile string
	// Getenv reads the environment; nil is os.Getenv.
	Getenv func(string) string
	// UserHome is the user's home directory; empty asks the system.
	UserHome string
	// GOOS is the platform; empty is this one.
	GOOS string
}

// ErrProfileName is the error of a profile name that is not a single path
// element.
var ErrProfileName = errors.New("a profile name must be a single directory name")

// Path returns the path of the store. It accesses no file.
func (l Location) Path() (string, error) {
	switch {
	case l.File != "":
		return l.File, nil
	case l.Home != "":
		return filepath.Join(l.Home, storeName), nil
	}
	root, err := l.home()
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

// home returns $HERMES_HOME unless that is blank, else the platform's default.
func (l Location) home() (string, error) {
	getenv := l.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	if h := strings.TrimSpace(getenv("HERMES_HOME")); h != "" {
		return l.expand(h)
	}
	goos := l.GOOS
	if goos == "" {
		goos = runtime.GOOS
	}
	if local := getenv("LOCALAPPDATA"); goos == "windows" && local != "" {
		return filepath.Join(local, "hermes"), nil
	}
	return l.expand(filepath.Join("~", ".hermes"))
}

// expand replaces a leading ~, which a shell does not do inside quotes.
func (l Location) expand(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || rest != "" && !os.IsPathSeparator(rest[0]) {
		return path, nil
	}
	home := l.UserHome
	if home == "" {
		var err error
		if home, err = os.UserHomeDir(); err != nil {
			return "", fmt.Errorf("cannot find the user's home directory: %w", err)
		}
	}
	return filepath.Join(home, rest), nil
}
