package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// shellWords returns texts that shells would expand or run unless they were quoted, and some that
// need no quoting.
func shellWords(t *testing.T) (words []string) {
	t.Helper()
	must(t, json.Unmarshal(readFile(t, filepath.Join("testdata", "shellwords.json")), &words))
	for _, text := range hostile {
		words = append(words, text)
	}
	return words
}

// inserted matches the words that every shell passes to pooltop unchanged, and numbers, which the
// scripts quote.
var inserted = regexp.MustCompile(`^(#[0-9]+|--?[a-z-]+=?|-?[\pL\pN_][\pL\pM\pN_.:/@+,=-]*)$`)

// checkInserted checks the completions that a shell receives, and returns the words.
func checkInserted(t *testing.T, what string, completions []string) (words []string) {
	t.Helper()
	for _, c := range completions {
		word, about, _ := strings.Cut(c, "\t")
		if !inserted.MatchString(word) || len(word) > maxOffered || raw(about) != "" {
			t.Errorf("%s completes to %q", what, c)
		}
		words = append(words, word)
	}
	return words
}

// TestTargetsOf_ShellWords checks that each credential, whatever its label and id are, is offered as
// a word that selects it and needs no quoting.
func TestTargetsOf_ShellWords(t *testing.T) {
	texts := shellWords(t)
	var providers []string
	for i, text := range texts {
		q := inJSONFile(t, text)
		providers = append(providers, fmt.Sprintf(`"%d": [{"access_token": "none", "id": "aa11", "label": %s},
			{"access_token": "none", "id": %s, "label": "other"}, {"access_token": "none", "id": %s, "label": %s}]`, i, q, q, q, q))
	}
	file := storeFile(t, `{"credential_pool": {`+strings.Join(providers, ", ")+"}}")
	for snap, p := range loadSelection(configAt(t, file), noLog).providers {
		i, err := strconv.Atoi(p.Name)
		must(t, err)
		what := fmt.Sprintf("%q", texts[i])
		words := checkInserted(t, what, snap.targetsOf(p, nil, "", anyKind))
		checkInserted(t, what, snap.targetsOf(p, nil, "a", anyKind))
		equal(t, what+": credentials offered", len(words), len(p.Credentials))
		for n, word := range words {
			c, err := findTarget(p, word)
			if err != nil || c == nil || c.Ref != p.Credentials[n].Ref {
				t.Errorf("%s: %q does not select credential %d", what, word, n+1)
			}
		}
	}
}

// TestComplete_NeedsNoQuoting completes every argument and flag of every command. Providers, models,
// labels, profiles and typed lists contain text that would need quoting.
func TestComplete_NeedsNoQuoting(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HERMES_HOME", home)
	var providers []string
	for i, text := range shellWords(t) {
		if i%8 == 0 { // the commands read the store for each flag
			q := inJSONFile(t, text)
			providers = append(providers, fmt.Sprintf(`%s: [{"access_token": "none", "id": "a%d", "label": %s, "model_cooldowns": {%s: 1795426000}}]`, q, i, q, q))
		}
	}
	writeFile(t, filepath.Join(home, "auth.json"), []byte(`{"credential_pool": {`+strings.Join(providers, ", ")+"}}"))
	for _, name := range []string{"$(touch canary)", "b;id", "it's"} {
		must(t, os.MkdirAll(filepath.Join(home, "profiles", name), 0o700))
	}
	check := func(args ...string) int {
		t.Helper()
		o := pooltop(t, append([]string{"__complete"}, args...)...)
		lines := strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
		return len(checkInserted(t, fmt.Sprintf("%q", args), lines[:len(lines)-1]))
	}
	offered := 0
	for _, cmd := range availableCommands(rootCommand()) {
		check(cmd.Name(), "--")
		offered += check(cmd.Name(), "")
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			offered += check(cmd.Name(), "--"+f.Name+"=")
			check(cmd.Name(), "--"+f.Name+"=$(id),")
		})
	}
	if offered < 100 {
		t.Errorf("%d completions are offered", offered)
	}
}

// TestInsertable_SimilarWords checks that words that readline may treat as equal have no
// descriptions: readline would insert what the descriptions have in common.
func TestInsertable_SimilarWords(t *testing.T) {
	got := insertable([]string{"key\t1", "KEY\t1", "a-b\tx", "a_B\tx", "keys\t2", "ключ\tx", "КЛЮЧ\tx", "$x\ty"})
	equal(t, "completions", strings.Join(got, " | "), "key | KEY | a-b | a_B | keys\t2 | ключ | КЛЮЧ")
}

// TestCompletion_NoEvaluation checks that no script evaluates text.
func TestCompletion_NoEvaluation(t *testing.T) {
	evaluates := regexp.MustCompile(`(?i)\beval\b|Invoke-|\biex\b|\bsource\b|\$\{\(?[^}]*e\)|compgen|scriptblock\]`)
	for shell, script := range completionScripts {
		equal(t, shell+" evaluates", evaluates.FindString(script), "")
		equal(t, shell+" calls", strings.Count(script, " __complete "), 1)
		o := pooltop(t, "completion", shell, "--no-descriptions")
		equal(t, shell+" without descriptions", o.stdout, strings.Replace(script, "__complete ", "__completeNoDesc ", 1))
	}
}

// shellPrograms complete command lines, their arguments, without a terminal. They print the
// completions of the last word of each line, and then a period.
var shellPrograms = map[string]string{
	"bash": `eval "$(pooltop completion bash --no-descriptions)" # in bash 3, source cannot read from a pipe
		compopt() { :; }
		for COMP_LINE; do
			COMP_POINT=${#COMP_LINE}
			__start_pooltop pooltop "${COMP_LINE##*[ =:]}"
			printf '%s\n' "${COMPREPLY[@]}" .
		done`,
	"fish": `pooltop completion fish --no-descriptions | source
		for line in $argv
			complete -C $line
			echo .
		end`,
	"zsh": `compdef() { }
		source <(pooltop completion zsh --no-descriptions)
		compset() { PREFIX=${PREFIX#*=} }
		_files() { }
		_describe() { [[ $#* == 3 || $#* == 5 && $4 == -S ]] && print -rl -- ${(P)3} }
		for line; do
			words=(${(z)line}) CURRENT=$#words
			[[ $line != *' ' ]] || words[++CURRENT]=''
			PREFIX=${words[CURRENT]#\'} # zsh keeps an open quote elsewhere
			_pooltop
			print .
		done`,
}

// TestCompletion_Shells runs the scripts in the installed shells. They must not run what was typed,
// and must pass it to pooltop without its quotes.
func TestCompletion_Shells(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("these shells use other paths on Windows")
	}
	t.Setenv("PATH", filepath.Dir(build(t))+string(filepath.ListSeparator)+os.Getenv("PATH"))
	file := storeFile(t, `{"credential_pool": {"it's $(touch canary);": [{"access_token": "none", "id": "aa11", "label": "$(touch canary)"}],
		"a:b": [{"access_token": "none", "id": "bb22", "label": "team@host"}, {"access_token": "none", "id": "cc33", "label": "team@other"}]}}`)
	lines := []struct{ line, want string }{
		{`reset "it's \$(touch canary);" `, "aa11"},
		{`reset $(touch canary) `, ""},
		{"reset `touch canary` ", ""},
		{`reset --sort=$(touch canary)`, ""},
		{`reset a:b $(touch canary) `, "team@host team@other"},
		{`reset a:b 'tea`, "team@host team@other"},
		{`list --columns=wh`, "why"},
		{`--key reset-p`, "reset-provider="},
		{`exhaust a:b team@host --code 40`, "401 402"},
	}
	for shell, program := range shellPrograms {
		t.Run(shell, func(t *testing.T) {
			path, err := exec.LookPath(shell)
			if err != nil {
				t.Skip(err)
			}
			args := map[string][]string{"bash": {"--norc", "-c", program, "bash"}, "fish": {"--no-config", "-c", program}, "zsh": {"-f", "-c", program, "zsh"}}[shell]
			for _, l := range lines {
				args = append(args, "pooltop --file "+file+" "+l.line)
			}
			cmd := exec.Command(path, args...)
			cmd.Dir = t.TempDir()
			out, err := cmd.CombinedOutput()
			must(t, err)
			printed := strings.SplitAfter(string(out), ".\n")
			equal(t, "lines completed", len(printed)-1, len(lines))
			for i, l := range lines {
				got := strings.Join(strings.Fields(strings.ReplaceAll(printed[i], "--columns=", "")), " ")
				equal(t, l.line, got, strings.TrimSpace(l.want+" ."))
			}
			left, err := os.ReadDir(cmd.Dir)
			must(t, err)
			equal(t, "files that were created", len(left), 0)
		})
	}
}
