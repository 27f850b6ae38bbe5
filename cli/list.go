package cli

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/ui"
	"pooltop/ui/filter"
	"pooltop/ui/text"
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
	flags := config.Bind(cmd.Flags(), config.Store|config.Stores|config.Policy|config.Clock|config.Theme|config.Color|config.Columns|config.ASCII)
	model := modelFlag(cmd, flags)
	cmd.RunE = configured(flags, func(cmd *cobra.Command, args []string, cfg *config.Config, log *slog.Logger) error {
		sel := loadSelection(cfg, log)
		sel.forModel(*model)
		err := sel.err()
		if err != nil && !sel.several {
			return err
		}
		if len(args) == 1 && err == nil {
			if err := sel.narrow(args[0]); err != nil {
				return err
			}
		}
		if *asJSON {
			return cmp.Or(jsonout.Write(cmd.OutOrStdout(), sel.json()), err)
		}
		return cmp.Or(printList(cmd.OutOrStdout(), sel, cfg), err)
	})
	cmd.ValidArgsFunction = completePool(flags, anyKind)
	return cmd
}

// narrow removes all providers except one from the snapshots. It returns an error if no store
// has that provider.
func (sel *selection) narrow(provider string) error {
	if err := sel.checkProvider(provider); err != nil {
		return err
	}
	for snap := range sel.readable {
		narrowed := *snap.pool
		narrowed.Providers = nil
		if p := snap.pool.Provider(provider); p != nil {
			narrowed.Providers = []poolstate.Provider{*p}
		}
		snap.pool = &narrowed
	}
	return nil
}

// printList prints the dashboard's table of each store, as wide as the terminal. If there
// are several stores, each table has a heading.
func printList(w io.Writer, sel *selection, cfg *config.Config) error {
	colors, w, width := styleFor(w, cfg.Scheme(), cfg.NoColor)
	var tables []string
	if parts, _, err := sel.status(); sel.several && err == nil {
		tables = append(tables, text.Fit(strings.Join(parts, " · "), width()))
	}
	for _, snap := range sel.stores {
		table := ""
		if sel.several {
			heading := text.Clean(snap.profile+"  "+displayPath(snap.path), maxErrorText)
			table = colors.Line().Bold(theme.Accent, text.Fit(heading, width())).String() + "\n"
		}
		if snap.err != nil {
			table += text.Clean(snap.err.Error(), maxErrorText)
		} else {
			table += ui.List(snap.screen(cfg, colors, width()))
		}
		tables = append(tables, table)
	}
	_, err := fmt.Fprintln(w, strings.Join(tables, "\n\n"))
	return err
}

// screen returns the data for the table of a store.
func (snap *snapshot) screen(cfg *config.Config, colors *theme.Theme, width int) *ui.Screen {
	pool := snap.withNotes()
	s := &ui.Screen{
		Width: width, Theme: colors, Hidden: cfg.Hidden(), Now: snap.now, Path: displayPath(snap.path),
		ActiveProfile: poolstate.OtherProfile(snap.path), CorruptCopy: poolstate.CorruptCopy(snap.path),
		Feed: ui.Feed{State: ui.FeedLive}, Pool: pool, Groups: filter.Groups(pool), Policy: snap.policy, Guard: snap.guard, Strategies: snap.strategies,
	}
	if cfg.Several() {
		s.ActiveProfile = "" // the list probably includes the active profile
	}
	return s
}

// withNotes returns the pool with notes about borrowed, copied and shared credentials.
func (snap *snapshot) withNotes() *poolstate.Pool {
	pool := *snap.pool
	pool.Providers = slices.Clone(pool.Providers)
	for i := range pool.Providers {
		p := &pool.Providers[i]
		var notes []string
		named := map[string][]string{} // the names of the credentials for each note
		add := func(note, name string) {
			if named[note] == nil {
				notes = append(notes, note)
			}
			named[note] = append(named[note], name)
		}
		for j := range p.Credentials {
			c := &p.Credentials[j]
			if c.Copy != poolstate.NoCopy {
				add(c.Copy.String(), text.CredentialName(c))
			}
			if others := snap.sharedWith(c); others != "" {
				add("same quota as "+others, text.CredentialName(c))
			}
		}
		for j, note := range notes {
			notes[j] = abbreviate(named[note]) + ": " + note
		}
		p.Notes = append(notes, p.Notes...)
	}
	return &pool
}

// sharedWith returns the names of the other profiles with a credential for the same account.
// It omits the root if c is a copy of the root's credential.
func (snap *snapshot) sharedWith(c *poolstate.Credential) string {
	others := slices.DeleteFunc(slices.Clone(c.Profiles), func(name string) bool {
		return name == snap.profile || c.Copy != poolstate.NoCopy && name == poolstate.RootProfile
	})
	return abbreviate(others)
}

// abbreviate joins names. If there are more than four, it joins the first three and counts the
// others.
func abbreviate(names []string) string {
	const most = 4
	if n := len(names); n > most {
		names = append(slices.Clip(names[:most-1]), fmt.Sprintf("%d more", n-most+1))
	}
	return strings.Join(names, ", ")
}

// pageWidth is the assumed width of output that does not go to a terminal.
const pageWidth = 120

// styleFor returns the theme for an output, a writer that converts colors to those that the
// output supports, and a function that returns the output's current width.
func styleFor(w io.Writer, scheme *theme.Scheme, noColor bool) (*theme.Theme, io.Writer, func() int) {
	t, styled, width := colorsFor(w, scheme, noColor)
	if inASCII(w) {
		t = t.InASCII()
	}
	return t, styled, width
}

func colorsFor(w io.Writer, scheme *theme.Scheme, noColor bool) (*theme.Theme, io.Writer, func() int) {
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
		scheme = new(theme.SchemeAny) // the background is unknown, because the terminal is not queried
	}
	return scheme.Theme(p), &colorprofile.Writer{Forward: w, Profile: p}, width
}

// terminalOf returns w as a file if it is a terminal.
func terminalOf(w io.Writer) (*os.File, bool) {
	if s, ok := w.(*stream); ok {
		w = s.Writer
	}
	f, ok := w.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}
