package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"

	"pooltop/cli/internal/suggest"
)

// maxSize is the maximum size of a configuration file in bytes, many times that
// of one with every value.
const maxSize = 32 << 10

// defaultPath returns the path of the configuration file unless --config names
// another, or an empty string without a home directory.
func defaultPath() string { return pathOn(runtime.GOOS, os.Getenv, os.UserHomeDir) }

func pathOn(goos string, getenv func(string) string, home func() (string, error)) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // the XDG specification ignores relative ones
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

// read reads the file at Path, if there is one. A named file must exist.
func (c *Config) read(named bool) error {
	if c.Path == "" {
		return nil
	}
	data, err := readFile(c.Path)
	if missing := errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR); missing && !named {
		return nil
	}
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return fmt.Errorf(`%s: %w; use --config to name another file, or "" for none`, c.Path, err)
	}
	return c.decode(data)
}

// readFile reads a regular file. It checks before opening, because opening a pipe
// could block.
func readFile(path string) ([]byte, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxSize:
		return nil, fmt.Errorf("larger than %d KiB", maxSize>>10)
	}
	return os.ReadFile(path)
}

// Parse reads a configuration from the text of a file. The path is for errors and
// sources.
func Parse(path string, data []byte) (*Config, error) {
	c := Default()
	c.Path = path
	err := c.decode(data)
	return c, err
}

// decode reads TOML and checks every value in it.
func (c *Config) decode(data []byte) error {
	c.Found = true
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // a byte order mark
	found, err := missing(data, &struct{}{})
	if err != nil {
		return c.explainTOML(err)
	}
	for _, key := range found {
		name, at := key.Key()[0], c.source(&key)
		if row := Find(name); name != "keys" && (row == nil || !row.InFile()) {
			return at.unknown(name)
		}
		if _, twice := c.sources[name]; !twice { // a dotted key
			c.sources[name] = at
		}
	}
	actions, _ := missing(data, &struct { // an error is one of the value, which is reported below
		Keys struct{} `toml:"keys"`
	}{})
	for _, key := range actions {
		if path := key.Key(); path[0] == "keys" && len(path) > 1 {
			c.sources["keys."+path[1]] = c.source(&key)
		}
	}
	if err := toml.Unmarshal(data, c); err != nil {
		return c.explainTOML(err)
	}
	for _, s := range settings {
		if at, set := c.sources[s.Name]; set {
			if err := s.invalid(s.check(c)); err != nil {
				return at.Errorf("%s %w", s.Name, err)
			}
		}
	}
	return nil
}

// missing returns the keys of a document that a target lacks, in their order.
func missing(data []byte, target any) ([]toml.DecodeError, error) {
	err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(target)
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		return strict.Errors, nil
	}
	return nil, err
}

func (c *Config) source(at *toml.DecodeError) Source {
	line, column := at.Position()
	return Source{FromFile, c.Path, line, column}
}

// unknown suggests the key that may have been meant.
func (s Source) unknown(name string) error {
	known := []string{"keys"}
	for _, row := range settings {
		if row.InFile() {
			known = append(known, row.Name)
		}
	}
	return s.Errorf("unknown key %.60q%s", name, suggest.DidYouMean(name, known))
}

// explainTOML returns an error of the decoder with its position. It describes a
// value of the wrong type by what is valid instead.
func (c *Config) explainTOML(err error) error {
	var decoding *toml.DecodeError
	if !errors.As(err, &decoding) {
		return fmt.Errorf("%s: %s", c.Path, strings.TrimPrefix(err.Error(), "toml: "))
	}
	at := c.source(decoding)
	reason := strings.TrimPrefix(decoding.Error(), "toml: ")
	key := decoding.Key()
	if len(key) == 0 || !strings.Contains(reason, "cannot") && !strings.Contains(reason, "too large") {
		return at.Errorf("%s", reason)
	}
	switch row := Find(key[0]); {
	case row != nil:
		return at.Errorf("%s must be %s", row.Name, row.Accepts)
	case len(key) > 1:
		return at.Errorf(`%.60q must be a list of keys, such as ["r", "ctrl+d"]`, key[1])
	}
	return at.Errorf(`keys must be a table of actions and their keys, such as reset = ["r"]`)
}
