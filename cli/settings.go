package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

// setting is a value that a person can choose: a key of the configuration, and a
// flag of the same name.
type setting struct {
	key, usage string
	// takes says what it takes, in words.
	takes string
	// form is what the help calls its values.
	form string
	// read makes of the text of a flag what a configuration would say.
	read func(string) any
	// put checks what a configuration says, and keeps it if that is wanted.
	put func(v any, keep bool) error
	// value is what is kept, as a configuration says it.
	value func() any
}

// The range of --frame-rate.
const (
	minFrameRate = 1
	maxFrameRate = 60
)

// kept is a setting that is kept at a place. parse reads what a configuration
// says; an error of it, if it has words, says more than what the setting takes.
func kept[T any](s setting, at *T, usual T, parse func(any) (T, error)) setting {
	*at = usual
	s.put = func(v any, keep bool) error {
		t, err := parse(v)
		if err == nil && keep {
			*at = t
		}
		return err
	}
	if s.value == nil {
		s.value = func() any { return *at }
	}
	return s
}

// settings are all of them but the keys, in the order in which they are written.
// Each has its usual value from now on.
func (o *options) settings() []setting {
	text := func(s string) any { return s }
	pathTakes := "an absolute path, or one that begins with ~/"
	policies, themes, sorts := []string{"auto", "backoff", "flat"}, themeNames(), sortNames()
	sortTakes := anyOf(sorts) + ", or one of them behind a - for the other way round"
	columnsTake := "a list of " + strings.Join(columnNames(), ", ")
	rateTakes := fmt.Sprintf("a whole number from %d to %d", minFrameRate, maxFrameRate)
	return []setting{
		kept(setting{key: "file", takes: pathTakes}, &o.configuredFile, "",
			func(v any) (string, error) { return parsePath(v, pathTakes) }),
		kept(setting{key: "policy", usage: "how deadlines come about: " + anyOf(policies), takes: anyOf(policies), form: "string", read: text},
			&o.policy, "auto", func(v any) (string, error) { return parseWord(v, policies, anyOf(policies)) }),
		kept(setting{key: "theme", usage: "the colours: " + anyOf(themes), takes: anyOf(themes), form: "string", read: text},
			&o.theme, themeAuto, func(v any) (string, error) { return parseWord(v, themes, anyOf(themes)) }),
		kept(setting{key: "sort", usage: "sort by " + anyOf(sorts) + "; a - before it turns it round", takes: sortTakes, form: "string", read: text},
			&o.sort, filter.OrderPool.Name(), func(v any) (string, error) {
				if s, ok := v.(string); ok && slices.Contains(sorts, strings.TrimPrefix(s, "-")) {
					return s, nil
				}
				return parseWord(v, sorts, sortTakes)
			}),
		kept(setting{key: "columns", usage: "the columns beside name, state and countdown, where there is room", takes: columnsTake, form: "list", read: itemsOf},
			&o.columns, columnNames(), func(v any) ([]string, error) { return parseColumns(v, columnsTake) }),
		kept(setting{key: "notify", usage: "notify when a provider is out, when it is back, and of the dead", takes: flagValues["bool"], form: "bool", read: boolOf},
			&o.notify, false, parseBool),
		kept(setting{key: "frame-rate", usage: "how often a second the screen may change, 1 to 60; each wakes the machine up, also at rest", takes: rateTakes, form: "int", read: intOf},
			&o.frameRate, framesPerSecond, func(v any) (int, error) {
				if n, ok := v.(int64); ok && n >= minFrameRate && n <= maxFrameRate {
					return int(n), nil
				}
				return 0, takesInstead(rateTakes, v)
			}),
		kept(setting{
			key: "journal", usage: "keep an account of events and actions", takes: flagValues["bool"], form: "bool", read: boolOf,
			value: func() any { return !o.noJournal },
		}, &o.noJournal, false, func(v any) (bool, error) { b, err := parseBool(v); return !b, err }),
	}
}

// themeAuto lets the background of the terminal choose.
const themeAuto = "auto"

func themeNames() []string {
	names := []string{themeAuto}
	for _, s := range theme.Schemes() {
		names = append(names, s.Name())
	}
	return names
}

func sortNames() []string {
	var names []string
	for _, o := range filter.Orders() {
		names = append(names, o.Name())
	}
	return names
}

func columnNames() []string {
	var names []string
	for _, c := range ui.Columns() {
		names = append(names, c.Name())
	}
	return names
}

// scheme is the theme that a person chose, nil for none.
func (o *options) scheme() *theme.Scheme {
	for _, s := range theme.Schemes() {
		if s.Name() == o.theme {
			return &s
		}
	}
	return nil
}

// order is what the table is sorted by, and whether the other way round.
func (o *options) order() (filter.Order, bool) {
	name, descending := strings.CutPrefix(o.sort, "-")
	for _, order := range filter.Orders() {
		if order.Name() == name {
			return order, descending
		}
	}
	return filter.OrderPool, false
}

// hidden are the columns that a person does without.
func (o *options) hidden() ui.Hidden {
	var shown []ui.Column
	for _, c := range ui.Columns() {
		if o.columns == nil || slices.Contains(o.columns, c.Name()) {
			shown = append(shown, c)
		}
	}
	return ui.AllBut(shown...)
}

// takesError says what a setting takes instead of what it got.
type takesError struct{ takes, not string }

func (e *takesError) Error() string { return "takes " + e.takes + ", not " + e.not }

func takesInstead(takes string, v any) error { return &takesError{takes, quotedValue(v)} }

// maxQuoted bounds, in bytes, what an error quotes of a value.
const maxQuoted = 60

// quotedValue is a value as an error quotes it.
func quotedValue(v any) string {
	switch v := v.(type) {
	case string:
		if len(v) > maxQuoted {
			return strconv.Quote(strings.ToValidUTF8(v[:maxQuoted], "")) + "…"
		}
		return strconv.Quote(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprint(v) // a number, a date, true or false
}

// anyOf lists words of which one is to be chosen.
func anyOf(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func parseWord(v any, words []string, takes string) (string, error) {
	s, ok := v.(string)
	if ok && slices.Contains(words, s) {
		return s, nil
	}
	err := &takesError{takes, quotedValue(v)}
	if ok {
		err.not += didYouMean(s, words)
	}
	return "", err
}

func parseBool(v any) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, takesInstead(flagValues["bool"], v)
	}
	return b, nil
}

// parsePath reads the path of a store. One that depends on where pooltop is
// started would name another store each time.
func parsePath(v any, takes string) (string, error) {
	s, ok := v.(string)
	if ok && filepath.IsAbs(s) {
		return s, nil
	}
	if rest, under := strings.CutPrefix(s, "~"); under && rest != "" && os.IsPathSeparator(rest[0]) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("cannot tell where ~ is: %w", err)
		}
		return filepath.Join(home, rest), nil
	}
	return "", takesInstead(takes, v)
}

// parseColumns reads a list of columns, and puts it into the order of the table.
func parseColumns(v any, takes string) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, takesInstead(takes, v)
	}
	names, chosen := columnNames(), []string{}
	for _, item := range list {
		name, err := parseWord(item, names, takes)
		if err != nil {
			return nil, err
		}
		if slices.Contains(chosen, name) {
			return nil, fmt.Errorf("takes each column once, and %q is there twice", name)
		}
		chosen = append(chosen, name)
	}
	slices.SortFunc(chosen, func(a, b string) int { return cmp.Compare(slices.Index(names, a), slices.Index(names, b)) })
	return chosen, nil
}

// boolOf, intOf and itemsOf read the texts of flags. What they cannot read they
// leave as it is, to be refused.
func boolOf(text string) any {
	if b, err := strconv.ParseBool(text); err == nil {
		return b
	}
	return text
}

func intOf(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return text
}

func itemsOf(text string) any {
	list := []any{}
	if text == "" {
		return list
	}
	for item := range strings.SplitSeq(text, ",") {
		list = append(list, strings.TrimSpace(item))
	}
	return list
}

// settingFlag is a setting as a flag.
type settingFlag struct{ *setting }

// String is the value as one would write it behind the flag.
func (f settingFlag) String() string {
	if f.setting == nil { // as pflag makes one to look at
		return ""
	}
	if list, ok := f.value().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(f.value())
}

// Set reads what is written behind the flag.
func (f settingFlag) Set(text string) error { return f.put(f.read(text), true) }

// Type is what the help calls the values.
func (f settingFlag) Type() string { return f.form }

// register adds the flags of settings.
func register(flags *pflag.FlagSet, all []setting, keys ...string) {
	for i := range all {
		if s := &all[i]; slices.Contains(keys, s.key) {
			flag := flags.VarPF(settingFlag{s}, s.key, "", s.usage)
			if s.form == "bool" {
				flag.NoOptDefVal = "true"
			}
		}
	}
}
