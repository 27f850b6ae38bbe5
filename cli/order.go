package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui/text"
)

func orderCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "order PROVIDER [TARGET first|last|N]",
		Short: "Print or change the rotation order of a provider",
		Long: "order prints a provider's credentials in the order that agents use them, the rotation strategy from the\n" +
			"agent's config.yaml, and (→) the credential that agents select next. With TARGET, it moves that credential to the\n" +
			"given position, counted from 1. TARGET is an id, a label, or #n as numbered by list. A move that agents would revert\n" +
			"or ignore is refused. Restart running agents to keep the new order; otherwise, their next write restores the old\n" +
			"one.",
		Example: "  pooltop order openrouter\n  pooltop order openrouter backup-key first",
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usageError("specify a provider")
			case 1:
				return nil
			case 2:
				return usageError("specify the new position: first, last or a number")
			}
			if _, err := parsePosition(args[2], 1); err != nil {
				return err
			}
			return atMost(3)(nil, args)
		},
	}
	var model *string
	settings := bindAction(cmd, poolstate.VerbOrder, func(r *actionRun, args []string) error {
		switch {
		case len(args) == 1:
			return r.printOrder(args[0], *model)
		case *model != "":
			return usageError("--model cannot be combined with a target")
		}
		return r.move(args)
	})
	model = modelFlag(cmd, settings)
	complete := completePool(settings, anyKind)
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch len(args) {
		case 0, 1:
			return complete(cmd, args, prefix)
		case 2:
			return offer(func(*cobra.Command, []string, string) []cobra.Completion { return positionsIn(settings, args[0]) })(cmd, args, prefix)
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// parsePosition parses a position in the order of n credentials. It does not check that a number
// is at most n.
func parsePosition(word string, n int) (int, error) {
	switch word {
	case "first":
		return 1, nil
	case "last":
		return n, nil
	}
	position, err := strconv.Atoi(word)
	if err != nil || position < 1 {
		return 0, usageError("invalid position %q: use first, last or a number from 1", word)
	}
	return position, nil
}

// positionsIn returns completions for the positions in a provider's order.
func positionsIn(settings *config.Flags, provider string) (words []cobra.Completion) {
	words = []cobra.Completion{"first", "last"}
	for snap, p := range loadFor(settings).providers {
		if p.Name != provider {
			continue
		}
		for i := range p.Credentials {
			c := &p.Credentials[i]
			words = append(words, cobra.CompletionWithDesc(strconv.Itoa(c.Index), "now "+text.CredentialName(c)+", "+snap.policy.Availability(c, snap.now).String()))
		}
	}
	return firstOfEach(words)
}

// move moves a credential, in each store that has it.
func (r *actionRun) move(args []string) error {
	if err := r.load(); err != nil {
		return err
	}
	parts, err := r.sel.targets(args[:2])
	if err != nil {
		return err
	}
	for _, p := range parts {
		target := p.seen[0].Ref
		p.seen = p.store.pool.Provider(target.Provider).Credentials
		position, err := parsePosition(args[2], len(p.seen))
		if err != nil {
			return err
		}
		if position > len(p.seen) {
			return noSuch("%s: there is no position %d; use 1 to %d, first or last", target.Provider, position, len(p.seen))
		}
		p.move = poolstate.Move{Target: target, To: position, Strategy: r.sel.strategyFor(p.store, target.Provider)}
	}
	return r.execute(parts, func(p *part) journal.Task { return journal.Task{Action: poolstate.Action{Move: p.move}} })
}

// strategyFor returns the strategy of the first selected profile that uses a provider's
// credentials in the given store.
func (sel *selection) strategyFor(owner *snapshot, provider string) poolstate.Strategy {
	for snap := range sel.readable {
		p := snap.pool.Provider(provider)
		if p != nil && len(p.Credentials) > 0 && snap.ownerOf(&p.Credentials[0]).identity == owner.identity {
			return snap.strategies[provider]
		}
	}
	return poolstate.FillFirst
}

// orderJSON is the JSON output of order for one store.
type orderJSON struct {
	Profile  string   `json:"profile"`
	Path     string   `json:"path"`
	Provider string   `json:"provider"`
	Strategy string   `json:"strategy"`
	Next     *string  `json:"next"`
	Order    []string `json:"order"` // ids, or #n for credentials without an id
}

// printOrder prints the rotation order of a provider in each store that uses it.
func (r *actionRun) printOrder(provider, model string) error {
	if err := r.load(); err != nil {
		return err
	}
	if err := r.sel.checkProvider(provider); err != nil {
		return err
	}
	r.sel.forModel(model)
	var orders []orderJSON
	var tables []string
	for snap := range r.sel.readable {
		p := snap.pool.Provider(provider)
		if p == nil {
			continue
		}
		orders = append(orders, snap.order(p))
		tables = append(tables, r.orderTable(snap, p))
	}
	w := r.cmd.OutOrStdout()
	switch {
	case r.asJSON && r.sel.several:
		return jsonout.Write(w, struct {
			Stores []orderJSON `json:"stores"`
		}{orders})
	case r.asJSON:
		return jsonout.Write(w, orders[0])
	}
	_, err := fmt.Fprintln(w, strings.Join(tables, "\n\n"))
	return err
}

// order returns the JSON output for a provider.
func (snap *snapshot) order(p *poolstate.Provider) orderJSON {
	s := snap.strategies[p.Name]
	out := orderJSON{Profile: snap.profile, Path: snap.path, Provider: p.Name, Strategy: s.String(), Order: []string{}}
	if next := p.Next(s, snap.policy, snap.now); next != nil {
		out.Next = new(next.Handle())
	}
	for i := range p.Credentials {
		out.Order = append(out.Order, p.Credentials[i].Handle())
	}
	return out
}

// orderTable returns the lines for a provider: a heading with the strategy, then a line for each
// credential.
func (r *actionRun) orderTable(snap *snapshot, p *poolstate.Provider) string {
	strategy := snap.strategies[p.Name]
	heading := text.ProviderName(p.Name) + "  " + strategy.String()
	if model := snap.policy.Model(); model != "" {
		heading += "  for " + text.Clean(model, maxErrorText)
	}
	if r.sel.several {
		heading = text.Clean(snap.profile, maxErrorText) + "  " + heading
	}
	next := p.Next(strategy, snap.policy, snap.now)
	switch {
	case next != nil:
	case strategy == poolstate.Random:
		heading += "  (agents select any available credential)"
	default:
		heading += "  (none available)"
	}
	lines, width := []string{heading}, 0
	for i := range p.Credentials {
		width = max(width, text.Width(text.CredentialName(&p.Credentials[i])))
	}
	for i := range p.Credentials {
		c := &p.Credentials[i]
		mark := " "
		if c == next {
			mark = "→"
		}
		name := text.CredentialName(c)
		lines = append(lines, fmt.Sprintf("%s %3s  %s%s  %s", mark, "#"+strconv.Itoa(c.Index), name, strings.Repeat(" ", width-text.Width(name)), snap.stateOf(c)))
	}
	return strings.Join(lines, "\n")
}

// stateOf describes the availability of a credential for the order.
func (snap *snapshot) stateOf(c *poolstate.Credential) string {
	a := snap.policy.Assess(c, snap.now)
	words := a.Availability.String()
	if a.Availability.Returns() {
		words += " " + text.Countdown(a.Remaining)
	}
	if until := c.ModelsOutUntil(snap.now); a.Availability == poolstate.Ready && snap.policy.Model() == "" && !until.IsZero() {
		words += ", skipped until " + text.Moment(until, snap.now) + " by agents that do not specify a model"
	}
	if c.BorrowedFrom != "" {
		words += ", borrowed from " + text.Clean(c.BorrowedFrom, maxErrorText)
	}
	return words
}

// modelFlag adds --model to a command.
func modelFlag(cmd *cobra.Command, settings *config.Flags) *string {
	model := cmd.Flags().String("model", "", "show the availability for requests to the model `NAME`")
	completeFlag(cmd, "model", offer(func(*cobra.Command, []string, string) (words []cobra.Completion) {
		for _, p := range loadFor(settings).providers {
			for i := range p.Credentials {
				for _, m := range p.Credentials[i].ModelCooldowns {
					if plain(m.Model) {
						words = append(words, m.Model)
					}
				}
			}
		}
		return firstOfEach(words)
	}))
	return model
}

// forModel makes all policies apply to requests to a model; see [poolstate.Policy.ForModel].
func (sel *selection) forModel(model string) {
	for _, snap := range sel.stores {
		snap.policy = snap.policy.ForModel(model)
	}
}
