package cli

import (
	_ "embed"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"pooltop/cli/config"
	"pooltop/cli/internal/suggest"
	"pooltop/ui/text"
)

// Cobra's scripts evaluate the typed words, which runs a command substitution that is still being
// typed. These scripts pass the words to pooltop unevaluated.
var (
	//go:embed completion/pooltop.bash
	bashScript string
	//go:embed completion/pooltop.fish
	fishScript string
	//go:embed completion/pooltop.ps1
	powershellScript string
	//go:embed completion/pooltop.zsh
	zshScript string

	completionScripts = map[string]string{"bash": bashScript, "fish": fishScript, "powershell": powershellScript, "zsh": zshScript}
)

func completionCommand() *cobra.Command {
	shells := slices.Sorted(maps.Keys(completionScripts))
	cmd := &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print the completion script for a shell",
		Long: "completion prints a script for " + config.OneOf(shells) + ". It completes commands and flags, and\n" +
			"the providers and credentials of the pool that the flags select. A credential whose label would\n" +
			"need quotes is completed by its id. Packages install these scripts.",
		Example:           "  source <(pooltop completion bash)\n  pooltop completion fish | source",
		ValidArgsFunction: fixed(shells...),
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usageError("specify a shell: %s", config.OneOf(shells))
			case !slices.Contains(shells, args[0]):
				return usageError("unsupported shell %q%s; use %s", args[0], suggest.DidYouMean(args[0], shells), config.OneOf(shells))
			}
			return atMost(1)(nil, args)
		},
	}
	plain := cmd.Flags().Bool("no-descriptions", false, "omit the descriptions of completions")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		script := completionScripts[args[0]]
		if *plain {
			script = strings.ReplaceAll(script, " "+cobra.ShellCompRequestCmd+" ", " "+cobra.ShellCompNoDescRequestCmd+" ")
		}
		_, err := io.WriteString(cmd.OutOrStdout(), script)
		return err
	}
	return cmd
}

// maxOffered is the maximum length of a completion, in bytes.
const maxOffered = 256

// Shells do not expand these words, even unquoted. Text from files must match fromFile, because
// pooltop treats a leading hyphen or number sign specially, and commas and equal signs in lists.
var (
	unquoted = regexp.MustCompile(`^[-#]?[\pL\p{Nd}_][\pL\pM\p{Nd}_.:/@+,=-]*$`)
	fromFile = regexp.MustCompile(`^[\pL\p{Nd}_][\pL\pM\p{Nd}_.:/@+-]*$`)
)

// plain reports whether text from a file can be offered, because no shell requires it to be quoted.
func plain(word string) bool {
	return fromFile.MatchString(word) && word == text.Clean(word, maxOffered)
}

// insertable removes the completions that would need quoting, such as those that repeat typed
// text. It removes the descriptions of words that differ only in case, or in hyphens and
// underscores: readline may treat such words as equal, and insert a common part of the descriptions.
func insertable(words []cobra.Completion) []cobra.Completion {
	words = slices.DeleteFunc(words, func(w cobra.Completion) bool {
		word, _, _ := strings.Cut(w, "\t")
		return !unquoted.MatchString(word)
	})
	same := map[string]int{}
	for _, w := range words {
		same[foldWord(w)]++
	}
	for i, w := range words {
		if same[foldWord(w)] > 1 {
			words[i], _, _ = strings.Cut(w, "\t")
		}
	}
	return words
}

// foldWord returns the word of a completion in the form that readline compares if it ignores case.
func foldWord(completion cobra.Completion) string {
	word, _, _ := strings.Cut(completion, "\t")
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return '_'
		}
		return unicode.ToLower(unicode.ToUpper(r))
	}, word)
}
