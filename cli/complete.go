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
	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/simulate"
	"pooltop/ui/text"
)

// addCompletions completes the arguments and flags for which a command does not
// do it itself. Where nothing is known, it offers nothing, not even files.
func addCompletions(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		if cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if _, known := cmd.GetFlagCompletionFunc(f.Name); !known && f.NoOptDefVal == "" {
				completeFlag(cmd, f.Name, settingCompletion(f.Name))
			}
		})
	}
}

// completeFlag completes the value of a flag.
func completeFlag(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(name, complete) // fails only for a flag that does not exist, or twice
}

// settingCompletion completes the value of a setting.
func settingCompletion(name string) cobra.CompletionFunc {
	setting := config.Find(name)
	if setting == nil {
		return cobra.NoFileCompletions
	}
	switch {
	case name == "profile":
		return completeProfile
	case name == "key":
		return completeKey
	case name == "policy":
		return fixed(
			cobra.CompletionWithDesc("auto", "by what the file shows"),
			cobra.CompletionWithDesc("backoff", "the cooldown doubles with the streak"),
			cobra.CompletionWithDesc("flat", "each failure costs the same"),
		)
	case setting.Value == "FILE", setting.Value == "PATH":
		return offerNothing(cobra.ShellCompDirectiveDefault) // the shell offers files
	case setting.Value == "DIR":
		return offerNothing(cobra.ShellCompDirectiveFilterDirs)
	}
	return func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		head := "" // what stays in front of the word
		switch {
		case strings.Contains(setting.Value, ","):
			head = prefix[:strings.LastIndexByte(prefix, ',')+1]
		case name == "sort" && strings.HasPrefix(prefix, "-"):
			head = "-"
		}
		f := &offers{}
		for _, w := range setting.Words {
			if strings.HasPrefix(head+w, prefix) && !slices.Contains(strings.Split(head, ","), w) {
				f.words = append(f.words, head+w)
			}
		}
		return f.inOrder()
	}
}

func offerNothing(directive cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, directive
	}
}

// fixed completes one of the words.
func fixed(words ...cobra.Completion) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		f := &offers{words: slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, prefix) })}
		return f.inOrder()
	}
}

// completeKey completes an action of the dashboard; its keys follow.
func completeKey(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var words []cobra.Completion
	for _, a := range model.Actions() {
		if strings.HasPrefix(a.Name+"=", prefix) {
			words = append(words, cobra.CompletionWithDesc(a.Name+"=", a.Does))
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
}

func scenarioWords() []cobra.Completion {
	var words []cobra.Completion
	for _, s := range simulate.Scenarios() {
		words = append(words, cobra.CompletionWithDesc(s.Name, s.About))
	}
	return words
}

// offers are the completions of the beginning of a word.
type offers struct {
	prefix string
	secret func(string) bool // reports whether a word is a secret of the pool; nil for none
	words  []cobra.Completion
}

// maxOffered is the maximum length of a completion in bytes.
const maxOffered = 256

// add offers a word with a description, if it is one that can be offered.
func (f *offers) add(word, about string) {
	if f.fits(word) {
		f.words = append(f.words, cobra.CompletionWithDesc(word, about))
	}
}

// fits reports whether a word begins as it should, survives a shell unchanged and
// is not a secret.
func (f *offers) fits(word string) bool {
	switch {
	case len(word) < len(f.prefix) || !strings.EqualFold(word[:len(f.prefix)], f.prefix):
		return false
	case word == "" || word != text.Clean(word, maxOffered) || word != strings.TrimSpace(word):
		return false
	case strings.HasPrefix(word, "-"), strings.HasPrefix(word, "_activeHelp_"):
		return false // a flag, or an instruction for the shell's script
	}
	return f.secret == nil || !f.secret(word)
}

// inOrder returns the completions in the order in which they were added.
func (f *offers) inOrder() ([]cobra.Completion, cobra.ShellCompDirective) {
	return f.words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// loadFor reads the store for the command line that is being completed.
func loadFor(settings *config.Flags) (snapshot, error) {
	cfg, err := loadConfig(settings)
	if err != nil {
		return snapshot{}, err
	}
	return loadSnapshot(cfg, slog.New(slog.DiscardHandler))
}

// completeProvider completes a provider with a credential of some kind; nil is
// any.
func completeProvider(settings *config.Flags, kind func(*poolstate.Credential) bool) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		snap, err := loadFor(settings)
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return snap.offerProviders(prefix, kind).inOrder()
	}
}

// completeTargets completes a provider and then its credentials of some kind; nil
// is any.
func completeTargets(settings *config.Flags, kind func(*poolstate.Credential) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		all, _ := cmd.Flags().GetBool("all") // false for a command without the flag
		snap, err := loadFor(settings)
		switch {
		case err != nil, all:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case len(args) == 0:
			return snap.offerProviders(prefix, kind).inOrder()
		}
		return snap.offerTargets(args[0], args[1:], prefix, kind).inOrder()
	}
}

// alive reports whether a credential can be held.
func alive(c *poolstate.Credential) bool { return c.Status != poolstate.StatusDead }

func (snap *snapshot) offerProviders(prefix string, kind func(*poolstate.Credential) bool) *offers {
	f := &offers{prefix: prefix, secret: snap.pool.Secrets()}
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

// providerState returns a description such as "2 of 4 ready".
func (snap *snapshot) providerState(p *poolstate.Provider) string {
	sum := p.Summarize(snap.policy, snap.now)
	switch {
	case !sum.Out():
		return fmt.Sprintf("%d of %d ready", sum.Ready(), sum.Total)
	case sum.Count[poolstate.Due] > 0:
		return "none ready, due now"
	case sum.Next != nil:
		return "none ready, next in " + text.Countdown(sum.NextAt.Sub(snap.now))
	}
	return "none ready"
}

// offerTargets offers each credential that is not named yet: by its label, by its
// id once the beginning of the id is typed or if the label is ambiguous, and by
// its number if it has neither.
func (snap *snapshot) offerTargets(provider string, named []string, prefix string, kind func(*poolstate.Credential) bool) *offers {
	f := &offers{prefix: prefix, secret: snap.pool.Secrets()}
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
		labelled := names.labelled(c) && (&offers{secret: f.secret}).fits(c.Label)
		if labelled {
			f.add(c.Label, state)
		}
		switch id := names.identifies(c) && !c.IDLeaks(); {
		case id && (!labelled || prefix != ""):
			f.add(c.ID, withLabel(c, state))
		case !id && !labelled && c.ID == "":
			f.add("#"+strconv.Itoa(c.Index), withLabel(c, state))
		}
	}
	return f
}

// credentialState returns a description such as "ready" or "cooling 12m03s".
func (snap *snapshot) credentialState(c *poolstate.Credential) string {
	a := snap.policy.Assess(c, snap.now)
	if a.Availability.Returns() {
		return a.Availability.String() + " " + text.Countdown(a.Remaining)
	}
	return a.Availability.String()
}

// withLabel puts the label, if there is one, before a state.
func withLabel(c *poolstate.Credential, state string) string {
	if label := text.Clean(c.Label, maxOffered); strings.TrimSpace(label) != "" {
		return label + ", " + state
	}
	return state
}

// names counts the ids and the labels in lower case of a provider's credentials,
// to find those that findTarget resolves to one credential.
type names struct{ ids, labels map[string]int }

func namesOf(p *poolstate.Provider) names {
	n := names{map[string]int{}, map[string]int{}}
	for i := range p.Credentials {
		n.ids[p.Credentials[i].ID]++
		n.labels[strings.ToLower(p.Credentials[i].Label)]++
	}
	return n
}

// labelled reports whether the label names this credential and no other.
func (n names) labelled(c *poolstate.Credential) bool {
	return n.labels[strings.ToLower(c.Label)] == 1 && (n.ids[c.Label] == 0 || c.ID == c.Label)
}

func (n names) identifies(c *poolstate.Credential) bool { return c.ID != "" && n.ids[c.ID] == 1 }

// completeProfile completes an existing profile.
func completeProfile(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	f := &offers{prefix: prefix}
	store, err := poolstate.Location{Profile: "any"}.Path()
	if err != nil {
		return f.inOrder()
	}
	dir := filepath.Dir(filepath.Dir(store))
	entries, _ := os.ReadDir(dir) // without a directory, there are no profiles
	for _, e := range entries {
		// Stat follows symlinks to directories.
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

// codesInPool returns the error codes in the pool, none if it cannot be read.
func codesInPool(settings *config.Flags) []int {
	snap, err := loadFor(settings)
	if err != nil {
		return nil
	}
	var codes []int
	for c := range snap.pool.All() {
		if code, known := c.ErrorCode.Get(); known && isErrorCode(code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// completeCode completes an error code with rules of its own, or one of others.
func completeCode(others func() []int) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		codes := append(others(), 401, 402, 429)
		slices.Sort(codes)
		f := &offers{prefix: prefix}
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
