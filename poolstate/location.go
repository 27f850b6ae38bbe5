package poolstate

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"pooltop/poolstate/internal/atomicfile"
)

const (
	// storeName is the file name of a store in an agent's home.
	storeName = "auth.json"
	// profilesDir is the directory in the root that contains the profiles' homes.
	profilesDir = "profiles"
	// RootProfile is the profile name of the root itself.
	RootProfile = "default"
)

// Location selects the store of an agent by the first of File, Home and Profile that is
// set. If none is, it uses HERMES_HOME or the platform's default. File, Home and
// HERMES_HOME are expanded with [ExpandPath].
type Location struct{ File, Home, Profile string }

// ErrProfileName is returned when a profile name is not a single path element.
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

// homeOn returns $HERMES_HOME or, if that is blank, the platform's default.
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

// variable matches $NAME and ${NAME}.
var variable = regexp.MustCompile(`\$(?:\w+|\{[^}]*\})`)

// ExpandPath expands environment variables and then a leading ~ or ~USER. As in Python,
// unset variables and unknown users are left unchanged.
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
			return path, nil //nolint:nilerr // not a user name
		}
		return filepath.Join(u.HomeDir, rest), nil
	}
	home, err := homeDir()
	if err != nil {
		return "", fmt.Errorf("cannot find the user's home directory: %w", err)
	}
	return filepath.Join(home, rest), nil
}

// homeDir returns the user's home directory. If $HOME is not set, as in a system
// service, it uses the user database, as the agent does.
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

// profileOf returns the root and the profile name of an agent's home.
func profileOf(home string) (root, profile string) {
	home = filepath.Clean(home)
	if dir := filepath.Dir(home); filepath.Base(dir) == profilesDir {
		return filepath.Dir(dir), filepath.Base(home)
	}
	return home, RootProfile
}

// ProfileOf returns the name of the profile that the store at path belongs to.
func ProfileOf(path string) string {
	_, profile := profileOf(filepath.Dir(path))
	return profile
}

// maxProfileName is the maximum number of bytes read from active_profile.
const maxProfileName = 256

// OtherProfile returns the agent's default profile if the store at path belongs to a different
// profile. Otherwise it returns an empty string. The name is read from the file active_profile
// in the root and is untrusted.
func OtherProfile(path string) string {
	root, profile := profileOf(filepath.Dir(path))
	file, err := atomicfile.Read(atomicfile.OS, filepath.Join(root, "active_profile"))
	if err != nil {
		return ""
	}
	if active := strings.TrimSpace(string(file.Data[:min(len(file.Data), maxProfileName)])); active != profile {
		return active
	}
	return ""
}

// CorruptCopy returns the name of the backup of the store at path, or "" if there is none.
// Agents make the backup, in the same directory, before they replace an unreadable store
// with an empty one.
func CorruptCopy(path string) string {
	if info, err := os.Stat(path + ".corrupt"); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return filepath.Base(path) + ".corrupt"
}
