package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"pooltop/cli/internal/suggest"
)

// MaxSize is the maximum size of a configuration file in bytes.
const MaxSize = 32 << 10

// defaultPath returns the default path of the configuration file, or "" if there is no
// home directory.
func defaultPath(goos string, getenv func(string) string, home func() (string, error)) string {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // the XDG specification says to ignore relative paths
		dir = ""
	}
	if goos == "windows" {
		dir = cmp.Or(dir, getenv("APPDATA"))
	}
	if dir == "" {
		user, err := home()
		if err != nil {
			return ""
		}
		dir = filepath.Join(user, ".config")
	}
	return filepath.Join(dir, "pooltop", "config.toml")
}

// read reads the file at Path. A missing file is an error only if named is true.
func (c *Config) read(named bool) error {
	data, err := ReadFile(c.Path, MaxSize)
	if !named && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) {
		return nil
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if err != nil {
		return fmt.Errorf(`%s: %w; use --config to specify another file, or "" for none`, c.Path, err)
	}
	return c.decode(data)
}

// ReadFile reads a regular file of at most limit bytes. It checks the type first, because
// opening a pipe could block.
func ReadFile(path string, limit int64) ([]byte, error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("larger than %d KiB", limit>>10)
	}
	return os.ReadFile(path)
}

// Parse parses the content of a configuration file. It uses path only in errors and
// sources.
func Parse(path string, data []byte) (*Config, error) {
	c := Default()
	c.Path = path
	err := c.decode(data)
	return c, err
}

func (c *Config) decode(data []byte) error {
	c.Found = true
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // a byte order mark
	if err := c.locate(data); err != nil {
		return err
	}
	doc := struct {
		*Config
		Agent   any `toml:"agent"`
		Backoff any `toml:"backoff"`
		Hooks   any `toml:"hook"`
		Views   any `toml:"view"`
		Command any `toml:"command"`
		Theme   any `toml:"theme"`
	}{Config: c}
	if err := toml.Unmarshal(data, &doc); err != nil {
		return c.explainTOML(err)
	}
	err := cmp.Or(c.decodeAgent(doc.Agent), c.decodeBackoff(doc.Backoff), c.decodeTheme(doc.Theme),
		c.decodeHooks(doc.Hooks), c.decodeViews(doc.Views), c.decodeCommands(doc.Command))
	if err != nil {
		return err
	}
	for _, s := range settings {
		if at, set := c.sources[s.Name]; set {
			if err := s.check(c); err != nil {
				return at.Errorf("%s %w", s.Name, err)
			}
		}
	}
	return nil
}

// locate records the position of each key and rejects unknown keys. It stops at a syntax
// error, which decode reports.
func (c *Config) locate(data []byte) error {
	known := []string{"agent", "backoff", "command", "hook", "keys", "view"}
	for _, s := range Settings() {
		known = append(known, s.Name)
	}
	var table []string
	var p unstable.Parser
	tables := map[string]int{}
	for p.Reset(data); p.NextExpression(); {
		key := c.locateKey(&p, table, p.Expression())
		if name := key[0]; !slices.Contains(known, name) {
			return c.sources[name].Errorf("unknown key %.60q%s", name, suggest.DidYouMean(name, known))
		}
		switch p.Expression().Kind {
		case unstable.Table:
			table = key
		case unstable.ArrayTable: // such as a hook; name its keys hook.0.on, hook.1.on, and so on
			table = append(slices.Clone(key), strconv.Itoa(tables[key[0]]))
			tables[key[0]]++
			part := p.Expression().Key()
			part.Next()
			start := p.Shape(part.Node().Raw).Start
			c.sources[strings.Join(table, ".")] = Source{fromFile, c.Path, start.Line, start.Column}
		}
	}
	return nil
}

// maxDepth is the number of parts in the longest key, backoff.providers.NAME.base.CODE.
const maxDepth = 5

// locateKey records the position of a table header, or of a key and any keys in its value.
// It returns all parts of the key, beginning with the name of the table.
func (c *Config) locateKey(p *unstable.Parser, table []string, e *unstable.Node) []string {
	key, at := slices.Clip(table), Source{Kind: fromFile, Name: c.Path}
	if e.Kind != unstable.KeyValue {
		key = nil
	}
	for part := e.Key(); part.Next() && len(key) < maxDepth; {
		if at.Line == 0 {
			start := p.Shape(part.Node().Raw).Start
			at.Line, at.Column = start.Line, start.Column
		}
		key = append(key, string(part.Node().Data))
		name := strings.Join(key, ".")
		c.sources[name] = cmp.Or(c.sources[name], at) // several dotted keys may share a prefix; keep the first
	}
	if e.Kind == unstable.KeyValue && e.Value().Kind == unstable.InlineTable && len(key) < maxDepth {
		for inner := e.Value().Children(); inner.Next(); {
			c.locateKey(p, key, inner.Node())
		}
	}
	return key
}

// explainTOML adds the position to an error from the decoder. If a value has the wrong
// type, it names the valid values.
func (c *Config) explainTOML(err error) error {
	reason := strings.TrimPrefix(err.Error(), "toml: ")
	decoding, ok := errors.AsType[*toml.DecodeError](err)
	if !ok {
		return fmt.Errorf("%s: %s", c.Path, reason)
	}
	line, column := decoding.Position()
	at, key := Source{fromFile, c.Path, line, column}, decoding.Key()
	mentions := func(phrase string) bool { return strings.Contains(reason, phrase) }
	if len(key) == 0 || !slices.ContainsFunc([]string{"cannot", "too large", "out of range"}, mentions) {
		return at.Errorf("%s", reason)
	}
	switch s := Find(key[0]); {
	case s != nil:
		return at.Errorf("%s must be %s", s.Name, s.accepts())
	case key[0] != "keys":
		return at.Errorf("the number for %.60q is too large", strings.Join(key, "."))
	case len(key) > 1:
		return at.Errorf(`%.60q must be a list of keys, such as ["r", "ctrl+d"]`, key[1])
	}
	return at.Errorf(`keys must be a table of actions and their keys, such as reset = ["r"]`)
}
