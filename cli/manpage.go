package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manCommand returns the hidden command that prints the man page, for packages.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the man page",
		Long:   "man prints the man page in a format for man -l. The page has a date only if $SOURCE_DATE_EPOCH is set.",
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date := "" // empty by default, to make builds reproducible
			if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
				seconds, err := strconv.ParseInt(epoch, 10, 64)
				if err != nil {
					return usageError("SOURCE_DATE_EPOCH %q is not a Unix timestamp", epoch)
				}
				date = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
			}
			_, err := fmt.Fprint(cmd.OutOrStdout(), manual(cmd.Root(), date))
			return err
		},
	}
}

// These sections are not derived from the commands. Each line becomes a list item.
var (
	manExitStatus = fmt.Sprintf(`%d: Success, including when there was nothing to change.
%d: Failure.
%d: Usage error.
%d: No such provider or credential.
%d: The lock could not be acquired within 15 seconds; nothing was written.
%d: Refused: the file cannot be read or written as a pool, the credential is dead, or the action was not confirmed.
%d: guard only: another guard is running.
%d: status only: a provider has no ready credential.
%d: status only: no credential is ready.
129, 130, 143: Ended by SIGHUP, SIGINT or SIGTERM before anything was written. Commands that run until they are ended exit with %[1]d.`,
		exitDone, exitFailed, exitUsage, exitNoSuch, exitLocked, exitRefused, exitGuarded, exitProviderOut, exitNothingReady)
	manEnvironment = `HERMES_HOME: The agent's home directory, containing auth.json. --file, --home and --profile override it.
XDG_STATE_HOME: Base directory of the journal ($XDG_STATE_HOME/pooltop), ~/.local/state by default.
XDG_CONFIG_HOME: Base directory of the configuration ($XDG_CONFIG_HOME/pooltop), ~/.config by default (Windows: %APPDATA%).
NO_COLOR: If set, no colors are used.
LC_ALL, LC_CTYPE, LANG: The locale. If it is not UTF-8, text is printed in ASCII.
TZ: The time zone: a name or a POSIX rule.
TERM: The terminal type. The dashboard does not run on a dumb terminal.
LOCALAPPDATA: Windows: parent directory of the agent's home (hermes).`
	manFiles = `~/.hermes/auth.json: The agent's store. Viewing never modifies it. An action replaces the whole file, with mode 0600.
~/.hermes/auth.lock: The agent's own lock, held while an action writes.
~/.hermes/profiles/NAME/auth.json: The store of a profile.
~/.config/pooltop/config.toml: The configuration (optional). pooltop config prints every value.
~/.local/state/pooltop/events.jsonl: The journal: one line for each action and event, without secrets.`
)

// manual returns the man page, formatted with man(7) macros. Configuration flags are
// described once, under OPTIONS.
func manual(root *cobra.Command, date string) string {
	p := &page{}
	p.line(`.TH POOLTOP 1 "%s" "pooltop %s" "User Commands"`, date, escaped(version))
	p.line(".SH NAME\npooltop \\- %s", escaped(root.Short))
	p.line(".SH SYNOPSIS\n\\fBpooltop\\fP [\\fICOMMAND\\fP] [\\fIflags\\fP]\n.SH DESCRIPTION")
	p.text(root.Long)
	p.line(".SH OPTIONS")
	own, shared := splitFlags(root)
	shared.VisitAll(p.flag)
	own.VisitAll(p.flag)
	p.line(".SH COMMANDS")
	for _, cmd := range availableCommands(root) {
		p.command(cmd)
	}
	p.line(".SH EXAMPLES")
	p.text(root.Example)
	for _, list := range [][2]string{{"EXIT STATUS", manExitStatus}, {"ENVIRONMENT", manEnvironment}, {"FILES", manFiles}} {
		p.line(".SH %s", list[0])
		for item := range strings.Lines(list[1]) {
			term, about, _ := strings.Cut(item, ": ")
			p.item(term, about)
		}
	}
	return p.String()
}

type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.Builder, format+"\n", args...) }

// text writes paragraphs. Indented lines keep their line breaks.
func (p *page) text(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		switch indented := strings.TrimPrefix(line, "  "); {
		case line == "":
			p.line(".PP")
		case indented != line:
			p.line(".br\n%s", escaped(indented))
		default:
			p.line("%s", escaped(line))
		}
	}
}

func (p *page) item(term, about string) {
	p.line(".TP\n\\fB%s\\fP\n%s", escaped(term), escaped(strings.TrimSpace(about)))
}

func (p *page) flag(f *pflag.Flag) {
	if f.Name == "help" || f.Name == "version" {
		return
	}
	value, usage := pflag.UnquoteUsage(f)
	if f.NoOptDefVal == "" && f.DefValue != "" && f.DefValue != "0" {
		usage += " (default " + f.DefValue + ")"
	}
	p.item(strings.TrimSpace("--"+f.Name+" "+value), capitalized(usage)+".")
}

func (p *page) command(cmd *cobra.Command) {
	p.line(".SS %s", escaped(strings.TrimSuffix(cmd.UseLine(), " [flags]")))
	p.text(about(cmd))
	own, shared := splitFlags(cmd)
	own.VisitAll(p.flag)
	var names []string
	shared.VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	if names != nil {
		p.text("\nAlso accepts " + strings.Join(names, ", ") + ".")
	}
	p.text("\n" + cmd.Example)
}

// manEscapes makes roff print text unchanged, with copyable hyphens and straight quotes.
var manEscapes = strings.NewReplacer(
	`\`, `\e`, `-`, `\-`, `'`, `\(aq`, "`", `\(ga`, `^`, `\(ha`, `~`, `\(ti`, `"`, `\(dq`,
)

func escaped(text string) string {
	text = manEscapes.Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
