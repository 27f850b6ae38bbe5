package cli

import (
	"fmt"
	"log/slog"
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

// addCompletions adds completion functions for arguments and flags. By default, nothing is
// completed, not even file names.
func addCompletions(root *cobra.Command) {
	for _, cmd := range append(root.Commands(), root) {
		if cmd.ValidArgsFunction == nil {
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			complete := settingCompletion(f.Name)
			if v, ok := f.Value.(completedValue); ok {
				complete = v.complete
			}
			if f.NoOptDefVal == "" {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // fails only if the flag is unknown or already has a function
			}
		})
	}
}

// completedValue is the value of a flag that is not a setting, with its completion function.
type completedValue struct {
	pflag.Value
	complete cobra.CompletionFunc
}

// completeFlag sets the completion function for the value of a flag. It does not register
// the function, because Cobra never releases a registered function; addCompletions does.
func completeFlag(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	f := cmd.Flags().Lookup(name)
	f.Value = completedValue{f.Value, complete}
}

// offer returns a completion function for an argument or a flag value. It offers the
// words that begin with the typed text, ignoring case, and that need no quoting.
func offer(
	words func(cmd *cobra.Command, args []string, prefix string) []cobra.Completion, more ...cobra.ShellCompDirective,
) cobra.CompletionFunc {
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	for _, d := range more {
		directive |= d
	}
	return func(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return insertable(slices.DeleteFunc(words(cmd, args, prefix), func(w cobra.Completion) bool {
			return len(w) < len(prefix) || !strings.EqualFold(w[:len(prefix)], prefix)
		})), directive
	}
}

func fixed(words ...cobra.Completion) cobra.CompletionFunc {
	return offer(func(*cobra.Command, []string, string) []cobra.Completion { return slices.Clone(words) })
}

// settingCompletion returns the completion function for the value of a setting.
func settingCompletion(name string) cobra.CompletionFunc {
	setting := config.Find(name)
	switch {
	case setting == nil:
		return cobra.NoFileCompletions
	case name == "profile":
		return offer(profiles)
	case name == "key":
		return offer(func(*cobra.Command, []string, string) (words []cobra.Completion) {
			for _, a := range model.Actions() { // the keys themselves are not completed
				words = append(words, cobra.CompletionWithDesc(a.Name+"=", a.Does))
			}
			return words
		}, cobra.ShellCompDirectiveNoSpace)
	case name == "policy":
		return fixed(
			cobra.CompletionWithDesc("auto", "measured, observed, or inferred from the file"),
			cobra.CompletionWithDesc("backoff", "the cooldown doubles with each failure"),
			cobra.CompletionWithDesc("flat", "every failure has the same cooldown"),
			cobra.CompletionWithDesc("flat-2026-08", "flat, but a sole credential is retried after a minute"),
			cobra.CompletionWithDesc("flat-2026-10", "like flat-2026-08, but also retries before the provider's reset time"),
		)
	case setting.Value == "FILE", setting.Value == "PATH":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault) // the shell offers files
	case setting.Value == "DIR":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	}
	return offer(func(_ *cobra.Command, _ []string, prefix string) (words []cobra.Completion) {
		head := "" // the part of prefix that each completion repeats
		switch {
		case strings.Contains(setting.Value, ","):
			head = listHead(prefix)
		case name == "sort" && strings.HasPrefix(prefix, "-"):
			head = "-"
		}
		return extended(head, setting.Words)
	})
}

// listHead returns the complete items of a comma-separated list, with the last comma.
func listHead(prefix string) string { return prefix[:strings.LastIndexByte(prefix, ',')+1] }

// extended returns completions for the next item of a comma-separated list. Each completion
// is head, the list so far, followed by a word that is not yet in the list.
func extended(head string, words []string) (out []cobra.Completion) {
	for _, w := range words {
		if !slices.Contains(strings.Split(head, ","), w) {
			out = append(out, head+w)
		}
	}
	return out
}

func scenarioWords() (words []cobra.Completion) {
	for _, s := range simulate.Scenarios() {
		words = append(words, cobra.CompletionWithDesc(s.Name, s.About))
	}
	return words
}

// profiles returns completions for the existing profiles.
func profiles(*cobra.Command, []string, string) (words []cobra.Completion) {
	found, _ := poolstate.Location{}.Profiles() // ignore the error: offer the profiles that were found
	for _, p := range found {
		about := "a profile"
		switch {
		case p.Name == poolstate.RootProfile:
			about = "the root"
		case !plain(p.Name):
			continue
		case !p.Exists:
			about = "no auth.json yet"
		}
		words = append(words, cobra.CompletionWithDesc(p.Name, about))
	}
	return words
}

// completeCode returns a completion function for the error codes 401, 402 and 429 and the codes
// that extra returns.
func completeCode(extra func() []int) cobra.CompletionFunc {
	return offer(func(*cobra.Command, []string, string) (words []cobra.Completion) {
		codes := append(extra(), 401, 402, 429)
		slices.Sort(codes)
		for _, code := range slices.Compact(codes) {
			about := text.Span(poolstate.BaseTTL(poolstate.Some(code))) + " after a first failure"
			if reason := text.CodeWords[code]; reason != "" {
				about = reason + ", " + about
			}
			words = append(words, cobra.CompletionWithDesc(strconv.Itoa(code), about))
		}
		return words
	})
}

// codesInPool returns the error codes of the credentials, or nil if no store can be read.
func codesInPool(settings *config.Flags) (codes []int) {
	for _, p := range loadFor(settings).providers {
		for i := range p.Credentials {
			if code, known := p.Credentials[i].ErrorCode.Get(); known && isErrorCode(code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// loadFor reads the stores selected by the command line being completed. If the command
// line is invalid, the selection is empty.
func loadFor(settings *config.Flags) *selection {
	cfg, err := loadConfig(settings)
	if err != nil {
		return &selection{}
	}
	return loadSelection(cfg, slog.New(slog.DiscardHandler))
}

func anyKind(*poolstate.Credential) bool { return true }

// alive reports whether a credential can be held.
func alive(c *poolstate.Credential) bool { return c.Status != poolstate.StatusDead }

// completePool returns a completion function for providers and, if the command takes targets,
// credentials. It offers only credentials for which include returns true, and the providers
// that have such credentials.
func completePool(settings *config.Flags, include func(*poolstate.Credential) bool) cobra.CompletionFunc {
	return offer(func(cmd *cobra.Command, args []string, prefix string) []cobra.Completion {
		all, _ := cmd.Flags().GetBool("all") // false for a command without the flag
		var words []cobra.Completion
		for snap, p := range loadFor(settings).providers {
			switch {
			case all:
			case len(args) == 0:
				words = append(words, snap.completionOf(p, include)...)
			case strings.Contains(cmd.Use, "TARGET") && p.Name == args[0]:
				words = append(words, snap.targetsOf(p, args[1:], prefix, include)...)
			}
		}
		return firstOfEach(words)
	})
}

// firstOfEach removes completions whose word occurs earlier in the list, as when several
// stores have a credential with the same name.
func firstOfEach(words []cobra.Completion) []cobra.Completion {
	seen := map[string]bool{}
	return slices.DeleteFunc(words, func(w cobra.Completion) bool {
		word, _, _ := strings.Cut(w, "\t")
		known := seen[word]
		seen[word] = true
		return known
	})
}

// completionOf returns a completion for a provider if include returns true for any of its
// credentials.
func (snap *snapshot) completionOf(p *poolstate.Provider, include func(*poolstate.Credential) bool) []cobra.Completion {
	included := slices.ContainsFunc(p.Credentials, func(c poolstate.Credential) bool { return include(&c) })
	if !included || !plain(p.Name) {
		return nil
	}
	about, sum := "none ready", p.Summarize(snap.policy, snap.now)
	switch {
	case !sum.Out():
		about = fmt.Sprintf("%d of %d ready", sum.Ready(), sum.Total)
	case sum.Count[poolstate.Due] > 0:
		about += ", due now"
	case sum.Next != nil:
		about += ", next in " + text.Countdown(sum.NextAt.Sub(snap.now))
	}
	return []cobra.Completion{cobra.CompletionWithDesc(p.Name, about)}
}

// targetsOf returns completions for the credentials that are not yet on the command line: the
// label; the id, if the label is ambiguous or would need quoting, or if part of the word has been
// typed; or the number, if neither can be offered.
func (snap *snapshot) targetsOf(
	p *poolstate.Provider, named []string, prefix string, include func(*poolstate.Credential) bool,
) (words []cobra.Completion) {
	done := map[poolstate.Ref]bool{}
	for _, target := range named {
		if c, _ := findTarget(p, target); c != nil {
			done[c.Ref] = true
		}
	}
	ids, labels := map[string]int{}, map[string]int{}
	for _, c := range p.Credentials {
		ids[c.ID]++
		labels[strings.ToLower(c.Label)]++
	}
	for _, c := range p.Credentials {
		if done[c.Ref] || !include(&c) {
			continue
		}
		a := snap.policy.Assess(&c, snap.now)
		state := a.Availability.String()
		if a.Availability.Returns() {
			state += " " + text.Countdown(a.Remaining)
		}
		byLabel := plain(c.Label) && labels[strings.ToLower(c.Label)] == 1 && (ids[c.Label] == 0 || c.ID == c.Label)
		if byLabel {
			words = append(words, cobra.CompletionWithDesc(c.Label, state))
		}
		if label := text.Clean(c.Label, maxOffered); strings.TrimSpace(label) != "" {
			state = label + ", " + state
		}
		number := "#" + strconv.Itoa(c.Index)
		switch byID := ids[c.ID] == 1 && plain(c.ID); {
		case byID && (!byLabel || prefix != ""):
			words = append(words, cobra.CompletionWithDesc(c.ID, state))
		case !byID && !byLabel && isNamed(p, number, &c):
			words = append(words, cobra.CompletionWithDesc(number, state))
		}
	}
	return words
}

// isNamed reports whether a target selects credential c.
func isNamed(p *poolstate.Provider, target string, c *poolstate.Credential) bool {
	found, _ := findTarget(p, target)
	return found != nil && found.Ref == c.Ref
}
