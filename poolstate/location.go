package poolstate

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

const (
	// storeName is the file name of a store in an agent's home.
	storeName = "auth.json"
	// profilesDir has the homes of the profiles, in the root.
	profilesDir = "profiles"
	// RootProfile is the name of the profile that is the root itself.
	RootProfile = "default"
)

// Location selects the store of an agent. Of File, Home and Profile, the first
// that is set counts; if none is, HERMES_HOME, and then the platform's default.
// Variables and a leading tilde are expanded in all of them; see [ExpandPath].
type Location struct{ File, Home, Profile string }

// ErrProfileName is the error of a profile name that is not a single path element.
var ErrProfileName = errors.New("a profile name must be a single directory name")

// Path returns the path of the store. It does not access the file.
func (l Location) Path() (string, error) { return l.pathOn(runtime.GOOS) }

func (l Location) pathOn(goos string) (string, error) {
	if l.File != "" {
		return ExpandPath(l.File)
	}
	if l.Home != "" {
		home, err := ExpandPath(l.Home)
		return inHome(home, err)
	}
	home, err := homeOn(goos)
	if err != nil || l.Profile == "" {
		return inHome(home, err)
	}
	if l.Profile == "." || l.Profile == ".." || strings.ContainsAny(l.Profile, `/\`) {
		return "", fmt.Errorf("profile %q: %w", l.Profile, ErrProfileName)
	}
	root, _ := profileOf(home) // HERMES_HOME may itself be a profile of the root
	if l.Profile == RootProfile {
		return inHome(root, nil)
	}
	return inHome(filepath.Join(root, profilesDir, l.Profile), nil)
}

func inHome(home string, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return filepath.Join(home, storeName), nil
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
	return ExpandPath(path)
}

// variable is $NAME or ${NAME}.
var variable = regexp.MustCompile(`\$(?:\w+|\{[^}]*\})`)

// ExpandPath replaces variables of the environment, and then a leading ~ or ~USER,
// for paths that no shell has expanded. As in Python, an unset variable and an
// unknown user stay as they are.
func ExpandPath(path string) (string, error) {
	path = variable.ReplaceAllStringFunc(path, func(ref string) string {
		if value, set := os.LookupEnv(strings.Trim(ref, "${}")); set {
			return value
		}
		return ref
	})
	rest, ok := strings.CutPrefix(path, "~")
	if !ok {
		return path, nil
	}
	name, rest := rest, ""
	if i := strings.IndexFunc(name, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }); i >= 0 {
		name, rest = name[:i], name[i:]
	}
	if name != "" {
		u, err := user.Lookup(name)
		if err != nil {
			return path, nil //nolint:nilerr // it is not the name of a user
		}
		return filepath.Join(u.HomeDir, rest), nil
	}
	home, err := homeDir()
	if err != nil {
		return "", fmt.Errorf("cannot find the user's home directory: %w", err)
	}
	return filepath.Join(home, rest), nil
}

// homeDir returns the user's home directory. Without $HOME, as in a system
// service, it is the one of the user database, where the agent looks too.
func homeDir() (string, error) {
	home, err := os.UserHomeDir()
	if err == nil {
		return home, nil
	}
	if u, lookup := user.Current(); lookup == nil && u.HomeDir != "" {
		return u.HomeDir, nil
	}
	return "", err
}

// profileOf returns the root of an agent's home, and the profile that it is.
func profileOf(home string) (root, profile string) {
	home = filepath.Clean(home)
	if dir := filepath.Dir(home); filepath.Base(dir) == profilesDir {
		return filepath.Dir(dir), filepath.Base(home)
	}
	return home, RootProfile
}

// ProfileOf returns the profile to which a store belongs, by its path.
func ProfileOf(path string) string {
	_, profile := profileOf(filepath.Dir(path))
	return profile
}

// maxProfileName limits how much of active_profile is read.
const maxProfileName = 256

// OtherProfile returns the profile that the agent uses by default if that is not
// the one to which a store belongs, and else an empty string. The root's file
// active_profile has its name, which is untrusted.
func OtherProfile(path string) string {
	root, profile := profileOf(filepath.Dir(path))
	name := filepath.Join(root, "active_profile")
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() { // to open a pipe could block
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	content, _ := io.ReadAll(io.LimitReader(f, maxProfileName))
	if active := strings.TrimSpace(string(content)); active != profile {
		return active
	}
	return ""
}

// CorruptCopy returns the name of the copy that an agent made of a store that it
// could not read, before it started over with an empty one; "" if there is none.
// The copy is beside the store.
func CorruptCopy(path string) string {
	if info, err := os.Stat(path + ".corrupt"); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return filepath.Base(path) + ".corrupt"
}
