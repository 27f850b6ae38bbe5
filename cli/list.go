package cli

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

func listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [PROVIDER]",
		Short:   "Print the pool once, as a table or JSON",
		Example: "  pooltop list\n  pooltop list openrouter --json | jq .summary.ready",
		Args:    atMost(1),
	}
	asJSON := cmd.Flags().Bool("json", false, "print JSON with stable field names")
	flags := config.Bind(cmd.Flags(), config.Store|config.Policy|config.Clock|config.Theme|config.Color|config.Columns)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		snap, err := loadSnapshot(cfg, log)
		if err != nil {
			return err
		}
		if len(args) == 1 {
			provider, err := snap.provider(args[0])
			if err != nil {
				return err
			}
			narrowed := *snap.pool
			narrowed.Providers = []poolstate.Provider{*provider}
			snap.pool = &narrowed
		}
		if *asJSON {
			return jsonout.Write(cmd.OutOrStdout(), snap.json())
		}
		return printList(cmd.OutOrStdout(), snap, cfg)
	})
	cmd.ValidArgsFunction = completePool(flags, anyKind)
	return cmd
}

// printList prints the dashboard's table, as wide as the terminal.
func printList(w io.Writer, snap snapshot, cfg *config.Config) error {
	theme, w, width := styleFor(w, cfg.Scheme(), cfg.NoColor)
	_, err := fmt.Fprintln(w, ui.List(&ui.Screen{
		Width: width(), Theme: theme, Hidden: cfg.Hidden(), Now: snap.now, Path: displayPath(snap.path),
		ActiveProfile: poolstate.OtherProfile(snap.path), CorruptCopy: poolstate.CorruptCopy(snap.path),
		Feed: ui.Feed{State: ui.FeedLive}, Pool: snap.pool, Groups: filter.Groups(snap.pool), Policy: snap.policy, Guard: snap.guard,
	}))
	return err
}

// pageWidth is the width of an output that is not a terminal.
const pageWidth = 120

// styleFor returns the theme for an output, a writer that reduces colors to those that
// the output supports, and a function that returns the output's current width.
func styleFor(w io.Writer, scheme *theme.Scheme, noColor bool) (*theme.Theme, io.Writer, func() int) {
	f, ok := terminalOf(w)
	if !ok {
		return theme.Plain(), w, func() int { return pageWidth }
	}
	width := func() int {
		if cols, _, err := term.GetSize(int(f.Fd())); err == nil && cols > 0 {
			return cols
		}
		return pageWidth
	}
	p := colorprofile.Detect(f, os.Environ())
	if noColor {
		p = min(p, colorprofile.ASCII)
	}
	if p < colorprofile.ASCII {
		return theme.Plain(), w, width
	}
	if scheme == nil {
		scheme = new(theme.SchemeAny) // the terminal is not asked for its background
	}
	return scheme.Theme(p), &colorprofile.Writer{Forward: f, Profile: p}, width
}

// terminalOf returns w as a file if it is a terminal.
func terminalOf(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}
