package config

import (
	"cmp"
	"fmt"
	"strings"

	"pooltop/ui"
	"pooltop/ui/filter"
)

// View is a [[view]] table of the file: a filter, an order and columns of the dashboard's table,
// which a key switches to. Without Sort or Columns, the view has those of the configuration.
type View struct {
	Key, Name    string
	Filter, Sort string
	Columns      []string // nil if not set
}

// Arrangement returns the order of a view, whether it is reversed, and the columns that the view
// omits.
func (c *Config) Arrangement(v *View) (order filter.Order, reverse bool, hidden ui.Hidden) {
	with := Config{Sort: cmp.Or(v.Sort, c.Sort), Columns: c.Columns}
	if v.Columns != nil {
		with.Columns = v.Columns
	}
	order, reverse = with.Order()
	return order, reverse, with.Hidden()
}

// decodeViews decodes the [[view]] tables.
func (c *Config) decodeViews(value any) error {
	known := []string{"key", "name", "filter", "sort", "columns"}
	return c.decodeTables("view", value, `a table, such as { key = "1", name = "prod", filter = "provider:openai" }`, known, func(path string, table map[string]any) error {
		var v View
		for i, field := range []*string{&v.Key, &v.Name, &v.Filter, &v.Sort} {
			value, given := table[known[i]]
			text, ok := value.(string)
			if *field = text; given && !ok {
				return c.tableSource(path, known[i]).Errorf("view: %s must be a string", known[i])
			}
		}
		if v.Key == "" || strings.TrimSpace(v.Name) == "" {
			return c.tableSource(path, "key").Errorf("view: key and name are both required")
		}
		if _, err := filter.Parse(v.Filter); err != nil {
			return c.tableSource(path, "filter").Errorf("view: filter: %w", err)
		}
		if list, given := table["columns"].([]any); given {
			v.Columns = []string{}
			for _, word := range list {
				v.Columns = append(v.Columns, fmt.Sprint(word))
			}
		} else if table["columns"] != nil {
			return c.tableSource(path, "columns").Errorf("view: columns must be %s", Find("columns").accepts())
		}
		with := Config{Sort: cmp.Or(v.Sort, c.Sort), Columns: v.Columns}
		for _, name := range []string{"sort", "columns"} {
			if _, given := table[name]; given {
				if err := Find(name).check(&with); err != nil {
					return c.tableSource(path, name).Errorf("view: %s %w", name, err)
				}
			}
		}
		v.Columns = with.Columns
		c.Views = append(c.Views, v)
		return nil
	})
}

// decodeTables decodes an array of tables. It calls decode for each table, with a path such as
// "view.0". See decodeTable for phrase and known.
func (c *Config) decodeTables(name string, value any, phrase string, known []string, decode func(path string, table map[string]any) error) error {
	tables, ok := value.([]any)
	if !ok && value != nil {
		return c.sources[name].Errorf("%s must be an array of tables, each beginning with [[%s]]", name, name)
	}
	for i, value := range tables {
		path, ignore := fmt.Sprintf("%s.%d", name, i), func(string, string, any) error { return nil }
		table, _ := value.(map[string]any)
		for key := range table {
			c.sources[path+"."+key] = c.tableSource(path, key)
		}
		c.sources[path] = cmp.Or(c.sources[path], c.sources[name])
		if err := c.decodeTable(path, value, phrase, known, ignore); err != nil {
			return err
		}
		if err := decode(path, table); err != nil {
			return err
		}
	}
	return nil
}

// tableSource returns the source of a key of a table in an array, such as "view.0". If the key is
// not set, it returns the source of the table, and for an inline table that of the array.
func (c *Config) tableSource(path, name string) Source {
	array, _, _ := strings.Cut(path, ".")
	return cmp.Or(c.sources[path+"."+name], c.sources[path], c.sources[array])
}
