package cli

import (
	"os"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"pooltop/model"
	"pooltop/poolstate"
)

// options are what the flags and the configuration say.
type options struct {
	location poolstate.Location
	policy   string
	now      string
	noColor  bool
	readOnly bool
	// noJournal keeps events and actions out of the journal.
	noJournal bool
	notify    bool
	// theme, sort and columns are the names of what is drawn; empty is usual.
	theme, sort string
	columns     []string
	frameRate   int // a second
	// keys are those of the actions for which others were chosen, and flagKeys
	// what flags say of them.
	keys, flagKeys model.KeyBindings
	// configPath is what --config names, and configuredFile the store that the
	// configuration does.
	configPath, configuredFile string
	configuration              configuration
	// cpuProfile, if not empty, is where the dashboard's CPU profile goes.
	cpuProfile string
}

func (o *options) register(cmd *cobra.Command) {
	o.configuration.settings = o.settings()
	f := cmd.PersistentFlags()
	f.StringVar(&o.configPath, "config", "", `the configuration to read instead of the usual one; "" reads none`)
	f.StringVar(&o.location.File, "file", "", "the store: path of an auth.json")
	f.StringVar(&o.location.Home, "home", "", "the agent's home, in which auth.json lies")
	f.StringVar(&o.location.Profile, "profile", "", "the agent's profile of that name")
	register(f, o.configuration.settings, "policy", "theme", "journal")
	f.BoolVar(&o.noColor, "no-color", false, "draw without colours")
	f.BoolVar(&o.noJournal, "no-journal", false, "the same as --journal=false")
	f.StringVar(&o.now, "now", "", "the instant to compute with, RFC 3339")
	_ = f.MarkHidden("now") // fails only for a flag that does not exist
}

// clock is where the time comes from: --now, from which time goes on as it
// passes, or the wall clock.
func (o *options) clock() (func() time.Time, error) {
	if o.now == "" {
		return time.Now, nil
	}
	start, err := time.Parse(time.RFC3339Nano, o.now)
	if err != nil {
		return nil, usageError("--now %q is no RFC 3339 time, such as 2026-11-23T09:20:00Z", o.now)
	}
	started := time.Now()
	return func() time.Time { return start.Add(time.Since(started)).Local() }, nil
}

func (o *options) policyChoice() (poolstate.PolicyChoice, error) {
	choice, err := poolstate.ParsePolicyChoice(o.policy)
	if err != nil {
		return choice, &codedError{exitUsage, err}
	}
	return choice, nil
}

// profile is what an output can show of colours.
func (o *options) profile(out *os.File) colorprofile.Profile {
	p := colorprofile.Detect(out, os.Environ())
	if o.noColor && p > colorprofile.ASCII {
		return colorprofile.ASCII
	}
	return p
}
