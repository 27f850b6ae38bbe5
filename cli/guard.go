package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/guard"
	"pooltop/ui/text"
)

func guardCommand() *cobra.Command {
	var o guardOptions
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Make agents without backoff wait longer after repeated failures",
		Long: "guard counts the failures of each credential and writes longer cooldowns into the agent's file: by default, 2, 4\n" +
			"and 8 times the agent's own after the second, third and fourth consecutive failure. Every process that loads the\n" +
			"pool afterwards obeys them. A success, a reset or a day without failures ends the streak. When a credential works\n" +
			"again, guard removes the deadlines that it set on others that failed with the same code.\n\n" +
			"guard never shortens a cooldown and never changes a provider's reset time or a hold. It does not pin a\n" +
			"provider's only credential if the agent waits longer than five minutes (see --sole), or openai-codex\n" +
			"credentials after a 429 (the agent queries their limits). Cooldowns of individual models are not failures.\n\n" +
			"A process that has already loaded a credential still retries it after its own cooldown. If that succeeds,\n" +
			"builds up to August 2026 leave no trace in the file, and other processes wait for the deadline. Failures that\n" +
			"no build records (5xx, timeouts) are not counted, so they may look like successes.\n\n" +
			"Only one guard runs per store. With several stores, guard skips those that another process is guarding.\n" +
			"Credentials that a profile borrows are guarded only in the root's store. With --all-profiles, guard also guards\n" +
			"profiles that are created later. In a container, pooltop's state directory must be persistent.",
		Example: "  pooltop guard\n  pooltop guard --once --dry-run\n  */5 * * * * pooltop guard --once",
		Args:    noArguments,
	}
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal)
	cmd.Flags().BoolVar(&o.once, "once", false, "check the store once and exit, for cron")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be written, and write nothing")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "print one JSON object per line, with stable field names")
	cmd.Flags().StringArrayVar(&o.providers, "provider", nil, "act only on this `PROVIDER` (may be repeated)")
	cmd.Flags().Lookup("provider").DefValue = "" // otherwise help shows []
	cmd.Flags().BoolVar(&o.sole, "sole", false, "also pin a provider's only credential")
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		if slices.Contains(o.providers, "") {
			return usageError("--provider must not be empty")
		}
		w, open := newStoreWatch(cfg, log), o.opener(cmd, cfg, log)
		if o.once {
			return guardOnce(cmd.Context(), w.stores, open)
		}
		return runGuards(cmd.Context(), w, open)
	})
	completeFlag(cmd, "provider", completePool(flags, anyKind))
	return cmd
}

// guardOptions holds the values of guard's flags.
type guardOptions struct {
	once, dryRun, asJSON, sole bool
	providers                  []string
}

// opener returns a function that returns the guardian of a store. If there are several
// stores, each printed line names the profile.
func (o *guardOptions) opener(cmd *cobra.Command, cfg *config.Config, log *slog.Logger) func(poolstate.Profile) *guardian {
	var output sync.Mutex
	now := instant(cfg.Now)
	return func(p poolstate.Profile) *guardian {
		g := newGuardian(cfg, p.Path, log)
		g.only, g.sole, g.dryRun = o.providers, o.sole, o.dryRun
		if o.once { // use a fixed time, so that --now is exact
			g.clock = func() time.Time { return now }
			g.Store = poolstate.Open(p.Path, poolstate.WithClock(g.clock))
		}
		prefix := ""
		if cfg.Several() {
			prefix = p.Name + ": "
		}
		g.warn = func(text string) {
			output.Lock()
			defer output.Unlock()
			printError(cmd.ErrOrStderr(), cmd.CommandPath(), errors.New(prefix+text))
		}
		g.print = func(n *guard.Note) error {
			output.Lock()
			defer output.Unlock()
			return printNote(cmd.OutOrStdout(), n, p.Name, prefix, g.clock(), o.asJSON)
		}
		if !o.asJSON && !o.once {
			g.describe = func(line string) error {
				output.Lock()
				defer output.Unlock()
				_, err := fmt.Fprintln(cmd.OutOrStdout(), text.Clean(prefix+line, maxErrorText))
				return err
			}
		}
		return g
	}
}

// guardLine is one line of the output of guard --json.
type guardLine struct {
	At       jsonout.Time `json:"at"`
	Profile  string       `json:"profile"`
	Provider string       `json:"provider"`
	ID       string       `json:"id"`
	Label    *string      `json:"label"`
	Action   guard.Kind   `json:"action"`
	Streak   int          `json:"streak"`
	Own      jsonout.Time `json:"agent_deadline"`
	Deadline jsonout.Time `json:"deadline"`
	Reason   string       `json:"reason"`
}

// printNote prints one line about a credential, as text or JSON. In the text, the prefix comes
// after the time.
func printNote(w io.Writer, n *guard.Note, profile, prefix string, now time.Time, asJSON bool) error {
	c := &n.Credential
	if asJSON {
		return jsonout.WriteLine(w, guardLine{
			jsonout.Time(now), profile, c.Provider, c.ID, jsonout.Text(c.Label),
			n.Kind, n.Streak, jsonout.Time(n.Own), jsonout.Time(n.Deadline), n.Reason,
		})
	}
	line := fmt.Sprintf("%s  %s%s %s/%s", now.Format("15:04:05"), prefix, strings.ReplaceAll(string(n.Kind), "_", " "),
		text.ProviderName(c.Provider), text.CredentialName(c))
	if !n.Deadline.IsZero() {
		line += " until " + text.Moment(n.Deadline, now)
	}
	_, err := fmt.Fprintln(w, text.Clean(line+": "+n.Reason, maxErrorText))
	return err
}
