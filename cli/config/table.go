package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
)

// otherCodes is the key in the file for codes that are not listed, which are stored as
// code 0.
const otherCodes = "other"

// Codes converts a map of error codes to durations to the form used in the file.
func Codes(durations map[int]time.Duration) map[string]string {
	out := map[string]string{}
	for code, d := range durations {
		out[CodeName(code)] = poolstate.FormatDuration(d)
	}
	return out
}

// CodeName returns the key for an error code in the file.
func CodeName(code int) string {
	if code == 0 {
		return otherCodes
	}
	return strconv.Itoa(code)
}

// decodeTable calls decode for each key of a table, in alphabetical order. A nil value means
// that there is no table. Keys that are not in known are rejected, unless known is nil. The
// phrase completes "must be" in an error.
func (c *Config) decodeTable(path string, value any, phrase string, known []string, decode func(key, name string, value any) error) error {
	table, ok := value.(map[string]any)
	if !ok && value != nil {
		return c.sources[path].Errorf("%.120s must be %s", path, phrase)
	}
	for _, name := range slices.Sorted(maps.Keys(table)) {
		key := path + "." + name
		if known != nil && !slices.Contains(known, name) {
			return c.sources[key].Errorf("unknown key %.60q in %.120s%s", name, path, suggest.DidYouMean(name, known))
		}
		if err := decode(key, name, table[name]); err != nil {
			return err
		}
	}
	return nil
}

// decodeCodes decodes a table of error codes and durations, and rounds the durations up to
// whole seconds. If other is not empty, it is the key for code 0.
func (c *Config) decodeCodes(path string, value any, other string) (map[int]time.Duration, error) {
	out, or := map[int]time.Duration{}, ""
	if other != "" {
		or = ", or " + other
	}
	err := c.decodeTable(path, value, `a table of error codes and durations, such as { 402 = "2m" }`, nil, func(key, name string, value any) error {
		code, err := strconv.Atoi(name)
		if (other == "" || name != other) && (err != nil || strconv.Itoa(code) != name || code < 100 || code > 599) {
			return c.sources[key].Errorf("%.120s: %.60q must be an error code from 100 to 599%s", path, name, or)
		}
		if out[code], err = parseDuration(value); err != nil {
			return c.sources[key].Errorf(`%.120s: %s must be a duration of at most a year, such as "2m" or "1h30m", not %.60q`, path, name, fmt.Sprint(value))
		}
		return nil
	})
	return out, err
}

// parseDuration parses a duration and rounds it up to whole seconds.
func parseDuration(value any) (time.Duration, error) {
	d, err := poolstate.ParseDuration(fmt.Sprint(value))
	return (d + time.Second - 1).Truncate(time.Second), err
}
