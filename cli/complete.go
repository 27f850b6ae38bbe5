package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
	"pooltop/ui/text"
)

// addCompletions completes the commands and flags that do not say how: flags of
// the configuration by the table, everything else with nothing, not even files.
func addCompletions(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		if cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		words := map[string]cobra.CompletionFunc{
			"file": completeFiles, "config": completeFiles, "log-file": completeFiles,
			"home": completeDirectories, "profile": completeProfile, "policy": fixed(policyWords()...),
			"sort": completeSort, "columns": completeColumns, "key": completeKey,
		}
		for _, s := range config.Settings() {
			if words[s.Name] == nil {
				words[s.Name] = fixed(s.Words...)
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			complete := words[f.Name]
			if _, known := cmd.GetFlagCompletionFunc(f.Name); known || f.NoOptDefVal != "" {
				return
			}
			if complete == nil {
				complete = cobra.NoFileCompletions
			}
			completeFlag(cmd, f.Name, complete)
		})
	}
}

// completeFlag completes the value of a flag.
func completeFlag(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(name, complete) // fails only for a flag that does not exist, or twice
}

func completeFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func completeDirectories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func fixed(words ...cobra.Completion) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		f := &offers{}
		for _, w := range words {
			if strings.HasPrefix(w, begun) {
				f.words = append(f.words, w)
			}
		}
		return f.inOrder()
	}
}

func policyWords() []cobra.Completion {
	return []cobra.Completion{
		cobra.CompletionWithDesc("auto", "by what the file shows"),
		cobra.CompletionWithDesc("backoff", "the cooldown doubles with the streak"),
		cobra.CompletionWithDesc("flat", "each failure costs the same"),
	}
}

func scenarioWords() []cobra.Completion {
	var words []cobra.Completion
	for _, s := range simulate.Scenarios() {
		words = append(words, cobra.CompletionWithDesc(s.Name, s.About))
	}
	return words
}

// offers collects what a completion offers for the beginning of a word.
type offers struct {
	begun string
	// secret tells the secrets of the pool.
	secret func(string) bool
	words  []cobra.Completion
}

// maxOffered bounds a word that is offered; nobody completes a longer one.
const maxOffered = 256

// add offers a word unless it does not begin as asked, would not come back from a
// shell as it is, or is a secret.
func (f *offers) add(word, about string) {
	if f.fits(word) {
		f.words = append(f.words, cobra.CompletionWithDesc(word, about))
	}
}

func (f *offers) fits(word string) bool {
	switch {
	case len(word) < len(f.begun) || !strings.EqualFold(word[:len(f.begun)], f.begun):
		return false
	case word == "" || word != text.Clean(word, maxOffered) || word != strings.TrimSpace(word):
		return false
	case strings.HasPrefix(word, "-"), strings.HasPrefix(word, "_activeHelp_"):
		return false // a flag, and words to the shell's own script
	}
	return f.secret == nil || !f.secret(word)
}

// inOrder is the end of a completion that keeps its order.
func (f *offers) inOrder() ([]cobra.Completion, cobra.ShellCompDirective) {
	return f.words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// loadFor reads the store for the command that is being completed.
func loadFor(settings *config.Flags) (snapshot, error) {
	cfg, err := loadConfig(settings)
	if err != nil {
		return snapshot{}, err
	}
	return loadSnapshot(cfg, slog.New(slog.DiscardHandler))
}

// completeProvider offers the providers that have a credential of the kind.
func completeProvider(settings *config.Flags, kind func(*poolstate.Credential) bool) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		snap, err := loadFor(settings)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return snap.offerProviders(begun, kind).inOrder()
	}
}

// completeTargets offers a provider, then its credentials of the kind.
func completeTargets(settings *config.Flags, kind func(*poolstate.Credential) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, _ := cmd.Flags().GetBool("all") // without such a flag it is false
		snap, err := loadFor(settings)
		switch {
		case err != nil, all:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case len(args) == 0:
			return snap.offerProviders(begun, kind).inOrder()
		}
		return snap.offerTargets(args[0], args[1:], begun, kind).inOrder()
	}
}

// alive reports whether a credential may be held: a dead one is refused.
func alive(c *poolstate.Credential) bool { return c.Status != poolstate.StatusDead }

func (snap *snapshot) offerProviders(begun string, kind func(*poolstate.Credential) bool) *offers {
	f := &offers{begun: begun, secret: snap.pool.Secrets()}
	for i := range snap.pool.Providers {
		p := &snap.pool.Providers[i]
		any := kind == nil
		for j := range p.Credentials {
			any = any || kind(&p.Credentials[j])
		}
		if any && !p.NameLeaks() {
			f.add(p.Name, snap.providerState(p))
		}
	}
	return f
}

// providerState is "2 of 4 ready", or when the first of none is back.
func (snap *snapshot) providerState(p *poolstate.Provider) string {
	sum := p.Summarize(snap.policy, snap.now)
	switch {
	case !sum.Out():
		return fmt.Sprintf("%d of %d ready", sum.Ready(), sum.Total)
	case sum.Count[poolstate.Due] > 0:
		return "none ready, due now"
	case sum.Next != nil:
		return "none ready, first back in " + text.Countdown(sum.NextAt.Sub(snap.now))
	}
	return "none ready"
}

// offerTargets offers each credential of a provider that is not named yet: by
// its label, and by its id once that has begun or where no label names it.
func (snap *snapshot) offerTargets(provider string, named []string, begun string, kind func(*poolstate.Credential) bool) *offers {
	f := &offers{begun: begun, secret: snap.pool.Secrets()}
	p := snap.pool.Provider(provider)
	if p == nil {
		return f
	}
	done := map[poolstate.Ref]bool{}
	for _, target := range named {
		if c, err := findTarget(p, target); err == nil {
			done[c.Ref] = true
		}
	}
	names := namesOf(p)
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if done[c.Ref] || kind != nil && !kind(c) {
			continue
		}
		state := snap.credentialState(c)
		labelled := names.labels(c) && (&offers{secret: f.secret}).fits(c.Label)
		if labelled {
			f.add(c.Label, state)
		}
		switch id := names.identifies(c) && !c.IDLeaks(); {
		case id && (!labelled || begun != ""):
			f.add(c.ID, withLabel(c, state))
		case !id && !labelled && c.ID == "":
			f.add("#"+strconv.Itoa(c.Index), withLabel(c, state))
		}
	}
	return f
}

// credentialState is "ready" or "cooling 12m03s".
func (snap *snapshot) credentialState(c *poolstate.Credential) string {
	a := snap.policy.Assess(c, snap.now)
	if a.Availability.Returns() {
		return a.Availability.String() + " " + text.Countdown(a.Remaining)
	}
	return a.Availability.String()
}

// withLabel puts the name that people know in front of a state.
func withLabel(c *poolstate.Credential, state string) string {
	if label := text.Clean(c.Label, maxOffered); strings.TrimSpace(label) != "" {
		return label + ", " + state
	}
	return state
}

// names tells which names of a provider's credentials name one for sure, as
// findTarget reads them.
type names struct{ ids, folded map[string]int }

func namesOf(p *poolstate.Provider) names {
	n := names{map[string]int{}, map[string]int{}}
	for i := range p.Credentials {
		n.ids[p.Credentials[i].ID]++
		n.folded[strings.ToLower(p.Credentials[i].Label)]++
	}
	return n
}

// labels reports whether the label names this credential and no other.
func (n names) labels(c *poolstate.Credential) bool {
	return n.folded[strings.ToLower(c.Label)] == 1 && (n.ids[c.Label] == 0 || c.ID == c.Label)
}

func (n names) identifies(c *poolstate.Credential) bool { return c.ID != "" && n.ids[c.ID] == 1 }

// completeProfile offers the profiles that are there.
func completeProfile(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	f := &offers{begun: begun}
	store, err := poolstate.Location{Profile: "any"}.Path()
	if err != nil {
		return f.inOrder()
	}
	dir := filepath.Dir(filepath.Dir(store))
	entries, _ := os.ReadDir(dir) // what cannot be read is not offered
	for _, e := range entries {
		// A link may lead to a directory, which the entry does not say.
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err != nil || !info.IsDir() {
			continue
		}
		about := "a profile"
		if _, err := os.Stat(filepath.Join(dir, e.Name(), filepath.Base(store))); err != nil {
			about = "no auth.json yet"
		}
		f.add(e.Name(), about)
	}
	return f.inOrder()
}

// errorCodes returns the error codes in the pool.
func (snap *snapshot) errorCodes() []int {
	var codes []int
	for c := range snap.pool.All() {
		if code, known := c.ErrorCode.Get(); known && isErrorCode(code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// completeCode completes an error code: those with a cooldown of their own, and
// those in the pool unless settings is nil.
func completeCode(settings *config.Flags) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		codes := []int{401, 402, 429} // those that an agent treats in a way of their own
		if settings != nil {
			if snap, err := loadFor(settings); err == nil {
				codes = append(codes, snap.errorCodes()...)
			}
		}
		slices.Sort(codes)
		f := &offers{begun: begun}
		for _, code := range slices.Compact(codes) {
			about := text.Span(poolstate.BaseTTL(poolstate.Some(code))) + " after a first failure"
			if words := text.CodeWords[code]; words != "" {
				about = words + ", " + about
			}
			f.add(strconv.Itoa(code), about)
		}
		return f.inOrder()
	}
}
