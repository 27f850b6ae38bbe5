package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"
)

// maxConfig bounds, in bytes, what is read of a configuration: many times of what
// one with every value has.
const maxConfig = 32 << 10

// configFile is a configuration as it was read: what it says, and where.
type configFile struct {
	// path is where it is, as a person gave it, empty where none is wanted; shown
	// is the same as it is told.
	path, shown string
	// found is true for one that is there.
	found bool
	// values and keys are in the order of their lines. What they say has not been
	// looked at.
	values, keys []configEntry
}

// configEntry is one value, decoded as TOML has it.
type configEntry struct {
	key   string
	value any
	line  int
}

// configPath is where the configuration is unless --config names another:
// config.toml in pooltop's directory of $XDG_CONFIG_HOME, or of the platform's
// own. It is empty where nobody can tell.
func configPath(goos string, getenv func(string) string, home func() (string, error)) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // the specification ignores relative ones
		dir = ""
	}
	if dir == "" && goos == "windows" {
		dir = getenv("APPDATA")
	}
	if dir == "" {
		user, err := home()
		if err != nil || user == "" {
			return ""
		}
		dir = filepath.Join(user, ".config")
	}
	return filepath.Join(dir, "pooltop", "config.toml")
}

// readConfig reads the configuration: a file that somebody named has to be there,
// and the usual one need not.
func readConfig(named string, isNamed bool) (configFile, error) {
	path := named
	if !isNamed {
		path = configPath(runtime.GOOS, os.Getenv, os.UserHomeDir)
	}
	if path == "" {
		return configFile{}, nil
	}
	shown := path
	if !isNamed {
		shown = displayPath(path)
	}
	data, err := configText(path)
	if err != nil {
		missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
		if missing && !isNamed {
			return configFile{path: path, shown: shown}, nil
		}
		return configFile{}, usageError("%s: %s", shown, explainConfig(err))
	}
	file, err := parseConfig(shown, data)
	file.path = path
	return file, err
}

// Errors of what is no file to configure anything.
var (
	errConfigKind  = errors.New("not a regular file")
	errConfigLarge = fmt.Errorf("larger than %d KiB", maxConfig>>10)
)

// configText reads a file whole. It looks before it opens: a pipe would keep it
// waiting.
func configText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errConfigKind
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if len(data) > maxConfig {
		return nil, errConfigLarge
	}
	return data, nil
}

// explainConfig says what is wrong with a configuration as a whole, and what to
// do.
func explainConfig(err error) string {
	said := cause(err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file; name another with --config"
	case errors.Is(err, fs.ErrPermission):
		said += "; make it readable for this user"
	case errors.Is(err, errConfigKind), errors.Is(err, errConfigLarge):
		said += "; name another with --config"
	}
	return said + `, or go without one by --config ""`
}

// parseConfig reads TOML. What the file may say is not its matter.
func parseConfig(shown string, data []byte) (configFile, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put it there
	var all map[string]any
	var wrong *toml.DecodeError
	switch err := toml.Unmarshal(data, &all); {
	case errors.As(err, &wrong):
		line, column := wrong.Position()
		return configFile{}, usageError("%s:%d:%d: %s", shown, line, column, strings.TrimPrefix(wrong.Error(), "toml: "))
	case err != nil:
		return configFile{}, usageError("%s: %s", shown, strings.TrimPrefix(err.Error(), "toml: "))
	}
	f, lines := configFile{path: shown, shown: shown, found: true}, linesOf(data)
	for key, value := range all {
		line := lines(key)
		keys, table := value.(map[string]any)
		if key != "keys" || !table {
			f.values = append(f.values, configEntry{key, value, line})
			continue
		}
		for action, value := range keys {
			f.keys = append(f.keys, configEntry{action, value, cmp.Or(lines(key, action), line)})
		}
	}
	for _, entries := range [][]configEntry{f.values, f.keys} {
		slices.SortFunc(entries, func(a, b configEntry) int {
			return cmp.Or(cmp.Compare(a.line, b.line), strings.Compare(a.key, b.key))
		})
	}
	return f, nil
}

// linesOf returns on which line the key of a value, or of a table, first stands;
// zero is unknown. A strict decoder tells it of everything that it was not asked
// for, so it is asked for nothing, and for what is in the table of keys.
func linesOf(data []byte) func(path ...string) int {
	var found []toml.DecodeError
	for _, asked := range []any{&struct{}{}, &struct {
		Keys struct{} `toml:"keys"`
	}{}} {
		var strange *toml.StrictMissingError
		dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
		if errors.As(dec.Decode(asked), &strange) {
			found = append(found, strange.Errors...)
		}
	}
	return func(path ...string) int {
		for i := range found {
			if key := found[i].Key(); len(key) >= len(path) && slices.Equal(key[:len(path)], path) {
				line, _ := found[i].Position()
				return line
			}
		}
		return 0
	}
}
