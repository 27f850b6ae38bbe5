package cli

import (
	"fmt"
	"io"
	"os"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/internal/jsonout"
	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/theme"
)

func listCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list [PROVIDER]",
		Short:   "Print the pool once, for people or as JSON",
		Example: "  pooltop list\n  pooltop list openrouter --json | jq .summary.ready",
		Args:    atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			snap, err := o.load()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if err := snap.only(args[0]); err != nil {
					return err
				}
			}
			if asJSON {
				return jsonout.Write(cmd.OutOrStdout(), snap.json())
			}
			return o.printList(cmd.OutOrStdout(), snap)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON; its fields are stable")
	register(cmd.Flags(), o.configuration.settings, "columns")
	return cmd
}

// only narrows the snapshot to one provider.
func (snap *snapshot) only(name string) error {
	provider, err := snap.provider(name)
	if err != nil {
		return within("list", err)
	}
	narrowed := *snap.pool
	narrowed.Providers = []poolstate.Provider{*provider}
	snap.pool = &narrowed
	return nil
}

// json is the JSON of list.
func (snap *snapshot) json() jsonout.Pool {
	return jsonout.NewPool(snap.path, snap.pool, snap.policy, snap.now)
}

func (snap *snapshot) providerNames() []string {
	var names []string
	for _, p := range snap.pool.Providers {
		names = append(names, p.Name)
	}
	return names
}

// printList draws the dashboard's table once, as wide as the terminal.
func (o *options) printList(w io.Writer, snap snapshot) error {
	theme, w, width := o.printer(w)
	_, err := fmt.Fprintln(w, ui.List(&ui.Screen{
		Width: width(), Theme: theme, Without: o.hidden(), Now: snap.now, Path: displayPath(snap.path),
		Feed: ui.Feed{State: ui.FeedLive}, Pool: snap.pool, Groups: filter.Groups(snap.pool), Policy: snap.policy,
	}))
	return err
}

// pageWidth is how wide an output is that is no terminal.
const pageWidth = 120

// printer returns how to print on an output: in what theme, through what, and
// how wide it is at the moment.
func (o *options) printer(w io.Writer) (*theme.Theme, io.Writer, func() int) {
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
	p := o.profile(f)
	if p < colorprofile.ASCII {
		return theme.Plain(), w, width
	}
	scheme := o.scheme()
	if scheme == nil {
		// Without colours there is no reason to ask the terminal.
		asked := theme.SchemeFor(p == colorprofile.ASCII || lipgloss.HasDarkBackground(os.Stdin, f))
		scheme = &asked
	}
	return scheme.Theme(p), &colorprofile.Writer{Forward: f, Profile: p}, width
}

// terminalOf returns the terminal that an output is, if it is one.
func terminalOf(w io.Writer) (*os.File, bool) {
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

func didYouMean(word string, names []string) string { return suggest.DidYouMean(word, names) }

func writeJSON(w io.Writer, v any) error { return jsonout.Write(w, v) }
