package cli

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/cli/report"
	"pooltop/poolstate"
)

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print a full status report without secrets, to paste into an incident channel",
		Long: "report prints, as Markdown, the state of the pool and of each credential, the last events, and anything unusual\n" +
			"about the file. It contains no secrets. With --anonymous, it replaces names that are not well known\n" +
			"with numbers and omits labels and messages. If the file cannot be read, it reports the error, with exit code 5.",
		Example: "  pooltop report | pbcopy\n  pooltop report --anonymous --json > pool.json",
		Args:    noArguments,
	}
	anonymous := cmd.Flags().Bool("anonymous", false, "replace names with numbers and omit free text")
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	flags := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock|config.Journal)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		opts := report.Options{
			Path: cfg.File, DisplayPath: displayPath(cfg.File), Policy: policyChoice(cfg), Now: instant(cfg.Now), Version: version,
			Anonymous: *anonymous, Explain: func(err error) string { return explain(cfg.File, err) },
		}
		counting := newCounting(cfg, log)
		opts.Annotate = func(pool *poolstate.Pool, policy poolstate.Policy) *poolstate.Curve {
			return counting.peek(pool, policy, opts.Now)
		}
		if cfg.Journal {
			opts.Journal = userJournal()
		}
		log.Info("report", "path", opts.Path, "anonymous", *anonymous)
		r := report.Collect(opts)
		var err error
		if *asJSON {
			err = jsonout.Write(cmd.OutOrStdout(), r)
		} else {
			_, err = fmt.Fprint(cmd.OutOrStdout(), r.Markdown())
		}
		if err == nil && r.Err() != nil {
			err = &codedError{exitRefused, r.Err()}
		}
		return err
	})
	return cmd
}
