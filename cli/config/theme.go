package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"

	"pooltop/ui/theme"
)

// baseThemes are the themes whose colors can be replaced. Each is for one kind of background.
var baseThemes = func() (out []string) {
	for _, s := range theme.Schemes() {
		if s.Background() != theme.BackgroundUnknown {
			out = append(out, s.Name())
		}
	}
	return out
}()

var hexColor = regexp.MustCompile("^#[0-9A-Fa-f]{6}$")

// decodeTheme decodes the name of a theme, or the [theme] table.
func (c *Config) decodeTheme(value any) error {
	if name, ok := value.(string); ok || value == nil {
		if ok {
			c.Theme = name
		}
		return nil
	}
	at, roles := c.sources["theme"], theme.RoleNames()
	table, ok := value.(map[string]any)
	if !ok {
		return at.Errorf("theme must be %s", OneOf(themes))
	}
	base, _ := table["base"].(string)
	if !slices.Contains(baseThemes, base) {
		if key, given := c.sources["theme.base"]; given {
			at = key
		}
		return at.Errorf("theme: base must be %s", OneOf(baseThemes))
	}
	c.Theme, c.Colors = base, theme.Colors{}
	return c.decodeTable("theme", value, "", append([]string{"base"}, roles...), func(key, name string, value any) error {
		hex := fmt.Sprint(value)
		if name != "base" && !hexColor.MatchString(hex) {
			return c.sources[key].Errorf(`theme: %s must be a color such as "#8fcf7f", not %.60q`, name, hex)
		}
		if name != "base" {
			c.Colors[theme.Role(slices.Index(roles, name))] = hex
		}
		return nil
	})
}

// OwnColors returns the colors that replace those of the theme. There are none if a flag sets
// the theme.
func (c *Config) OwnColors() theme.Colors {
	if c.sources["theme"].Kind != fromFile {
		return nil
	}
	return c.Colors
}

// FaintColor returns a warning about the least legible color in the [theme] table, or "".
func (c *Config) FaintColor() string {
	own, scheme := c.OwnColors(), c.Scheme()
	least, problem := theme.MinContrast, ""
	for r, name := range theme.RoleNames() {
		role := theme.Role(r)
		if own[role] == "" {
			continue
		}
		if ratio := own.Contrast(role, scheme.Background()); ratio < least {
			at := c.sources["theme."+name]
			least = ratio
			problem = fmt.Sprintf("%s:%d: theme: %s %s is hard to read: its contrast is %.1f:1, less than %g:1",
				filepath.Base(at.Name), at.Line, name, own[role], ratio, theme.MinContrast)
		}
	}
	return problem
}
