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
	"sync"

	"pooltop/cli/config"
	"pooltop/model"
	"pooltop/poolstate/userfile"
)

// viewSaver adds views to the configuration file. It keeps the text of those that could not be
// saved.
type viewSaver struct {
	path    string // "" for none
	mu      sync.Mutex
	unsaved string
}

// save appends a [[view]] table to the file, without changing the rest.
func (s *viewSaver) save(v model.View) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sort := v.Order.Name()
	if v.Descending {
		sort = "-" + sort
	}
	table := fmt.Sprintf("[[view]]\nkey = %s\nname = %s\n", tomlString(v.Key), tomlString(v.Name))
	if v.Filter != "" {
		table += "filter = " + tomlString(v.Filter) + "\n"
	}
	table += "sort = " + tomlString(sort) + "\n"
	err := errors.New("no configuration file is in use")
	if s.path != "" {
		err = appendTable(s.path, table)
	}
	if err != nil {
		s.unsaved += "\n" + table
		return fmt.Errorf("it is printed when pooltop ends, because of: %s", cause(err))
	}
	return nil
}

// printUnsaved prints the views that could not be saved.
func (s *viewSaver) printUnsaved(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unsaved != "" {
		_, _ = io.WriteString(w, s.unsaved) // an error means that the terminal is gone
	}
}

// appendTable appends a table to a configuration file, and replaces the file atomically. It does
// nothing if the result would not be valid, or if the file changes in the meantime.
func appendTable(path, table string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	old, err := config.ReadFile(path, config.MaxSize)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := string(old)
	if text != "" && text[len(text)-1] != '\n' {
		text += "\n"
	}
	if text += "\n" + table; len(old) == 0 {
		text = table
	}
	cfg, err := config.Parse(path, []byte(text))
	if err := cmp.Or(err, bindKeys(cfg)); err != nil {
		return err
	}
	if err := userfile.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".config-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.WriteString(text)
	if info, missing := os.Stat(path); missing == nil {
		err = cmp.Or(err, tmp.Chmod(info.Mode().Perm()))
	}
	err = cmp.Or(err, userfile.Adopt(tmp, path), tmp.Sync(), tmp.Close())
	if now, _ := config.ReadFile(path, config.MaxSize); err == nil && !bytes.Equal(now, old) {
		err = errors.New("the file changed in the meantime")
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
