package config

import (
	"fmt"
	"time"

	"pooltop/poolstate"
)

const (
	maxFactor = 10
	maxCap    = 100
	minForget = time.Minute
)

// Curve returns the backoff schedule of the [backoff] table.
func (c *Config) Curve() poolstate.Curve { return c.curve }

// decodeBackoff decodes the [backoff] table.
func (c *Config) decodeBackoff(value any) error {
	known := []string{"factor", "cap", "forget-after", "stagger", "base", "providers"}
	return c.decodeTable("backoff", value, "a table, such as { factor = 2, cap = 8 }", known, func(key, name string, value any) (err error) {
		switch name {
		case "forget-after":
			if c.curve.ForgetAfter, err = parseDuration(value); err != nil || c.curve.ForgetAfter < minForget {
				return c.sources[key].Errorf(`%s must be a duration from 1m to a year, such as "24h", not %.60q`, key, fmt.Sprint(value))
			}
		case "stagger":
			on, ok := value.(bool)
			if c.curve.Stagger = on; !ok {
				return c.sources[key].Errorf("%s must be true or false, not %.60q", key, fmt.Sprint(value))
			}
		case "providers":
			return c.decodeProviders(key, value)
		default:
			return c.decodeSchedule(&c.curve.Schedule, key, name, value)
		}
		return nil
	})
}

// decodeProviders decodes the [backoff.providers] table.
func (c *Config) decodeProviders(path string, value any) error {
	c.curve.Providers = map[string]poolstate.Schedule{}
	return c.decodeTable(path, value, "a table of providers, such as { openrouter = { cap = 4 } }", nil, func(key, provider string, value any) error {
		var s poolstate.Schedule
		err := c.decodeTable(key, value, "a table, such as { cap = 4 }", []string{"factor", "cap", "base"}, func(key, name string, value any) error {
			return c.decodeSchedule(&s, key, name, value)
		})
		c.curve.Providers[provider] = s
		return err
	})
}

func (c *Config) decodeSchedule(s *poolstate.Schedule, key, name string, value any) (err error) {
	switch name {
	case "factor":
		s.Factor, err = c.decodeNumber(key, value, maxFactor)
	case "cap":
		s.Cap, err = c.decodeNumber(key, value, maxCap)
	case "base":
		s.Base, err = c.decodeCodes(key, value, "")
	}
	return err
}

// decodeNumber decodes a whole or decimal number from 1 to limit.
func (c *Config) decodeNumber(key string, value any, limit float64) (float64, error) {
	n, ok := value.(float64)
	if whole, isInt := value.(int64); isInt {
		n, ok = float64(whole), true
	}
	if !ok || !(n >= 1 && n <= limit) { // this form also rejects NaN
		given := fmt.Sprintf("%.60q", fmt.Sprint(value))
		if ok {
			given = fmt.Sprint(value)
		}
		return 0, c.sources[key].Errorf("%.120s must be a number from 1 to %g, not %s", key, limit, given)
	}
	return n, nil
}
