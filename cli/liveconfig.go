package cli

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"pooltop/cli/config"
	"pooltop/model"
)

// liveConfig reads the configuration of the dashboard again when its file changes.
type liveConfig struct {
	started *config.Config // the configuration at startup
	last    *config.Config // the last valid configuration
	broken  bool           // the file has been invalid since
}

// reload returns a message with the changes since the last valid configuration, or with the
// error. It returns nil if nothing has changed.
func (l *liveConfig) reload() tea.Msg {
	cfg, err := l.last.Reload()
	if err == nil {
		err = bindKeys(cfg)
	}
	if err != nil {
		l.broken = true
		problem := strings.ReplaceAll(err.Error(), l.last.Path, filepath.Base(l.last.Path))
		return model.Warning(problem + "; the previous configuration is still in effect")
	}
	msg := model.ConfigChanged{Repaired: l.broken, Apply: func(m *model.Config) { applySettings(m, cfg) }}
	before, atStart, now := configValues(l.last), configValues(l.started), configValues(cfg)
	for i, value := range now {
		live := slices.Contains([]string{"theme", "ascii", "sort", "columns", "notify", "keys", "view", "command"}, value.name)
		switch {
		case reflect.DeepEqual(value, before[i]), slices.Contains(msg.Applied, value.name):
		case live:
			msg.Applied = append(msg.Applied, value.name)
		case !reflect.DeepEqual(value, atStart[i]):
			msg.Restart = append(msg.Restart, value.name)
		}
	}
	if slices.Contains(msg.Applied, "theme") {
		msg.Warning = cfg.FaintColor()
	}
	l.last, l.broken = cfg, false
	if msg.Applied == nil && msg.Restart == nil && !msg.Repaired {
		return nil
	}
	return msg
}

type namedValue struct {
	name  string
	value any
}

// configValues returns the values that can be set in the file.
func configValues(c *config.Config) (values []namedValue) {
	for _, s := range config.Settings() {
		values = append(values, namedValue{s.Name, s.Get(c)})
	}
	return append(values, namedValue{"agent", c.Agent}, namedValue{"backoff", c.Curve()}, namedValue{"hook", c.Hooks}, namedValue{"keys", c.Keys},
		namedValue{"view", c.Views}, namedValue{"command", c.Commands}, namedValue{"theme", c.Colors})
}
