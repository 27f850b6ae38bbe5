package cli

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/cli/report"
)

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Print a full status report without secrets, to paste into an incident channel",
		Long: "report prints, as Markdown, the state of the pool and of each credential, recent events, and anything unusual\n" +
			"about the file. The report contains no secrets. With --anonymous, it replaces names that are not well known\n" +
			"with numbers and omits labels and messages. If the file cannot be read, the report contains the error, and the\n" +
			"exit code is 5.",
		Example: "  pooltop report | pbcopy\n  pooltop report --anonymous --json > pool.json",
		Args:    noArguments,
	}
	anonymous := cmd.Flags().Bool("anonymous", false, "replace names with numbers and omit free text")
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Journal|config.ASCII)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, _ []string, cfg *config.Config, log *slog.Logger) error {
		sel := loadSelection(cfg, log)
		var names []string
		for _, snap := range sel.stores {
			names = append(names, snap.profile)
		}
		reports := make([]*report.Report, len(sel.stores))
		for i, snap := range sel.stores {
			opts := report.Options{
				Path: snap.path, DisplayPath: displayPath(snap.path), Now: snap.now, Version: version, Anonymous: *anonymous,
				Pool: snap.pool, Policy: snap.policy, Guard: snap.guard, Strategies: snap.strategies,
			}
			if snap.err != nil {
				opts.Problem = explain(snap.path, errors.Unwrap(snap.err))
			}
			if sel.several {
				opts.Profiles = names
			}
			if cfg.Journal {
				opts.Journal = userJournal()
			}
			log.Info("report", "path", opts.Path, "anonymous", *anonymous)
			reports[i] = report.Collect(opts)
		}
		var err error
		if sel.err() != nil {
			err = &codedError{exitRefused, reports[0].Err()}
		}
		summary := sel.jsonSummary()
		if *anonymous {
			summary.NextReady = nil
		}
		return cmp.Or(printReports(cmd.OutOrStdout(), reports, sel.several, summary, *asJSON), err)
	})
	return cmd
}

// printReports prints the reports of the selected stores.
func printReports(w io.Writer, reports []*report.Report, several bool, summary jsonout.Summary, asJSON bool) error {
	if asJSON && !several {
		return jsonout.Write(w, reports[0])
	}
	if asJSON {
		out := jsonout.Stores{Summary: summary}
		for _, r := range reports {
			out.Stores = append(out.Stores, r)
		}
		return jsonout.Write(w, out)
	}
	texts := make([]string, len(reports))
	for i, r := range reports {
		texts[i] = r.Markdown()
	}
	_, err := io.WriteString(w, strings.Join(texts, "\n"))
	return err
}
