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

// manCommand prints the manual page, which packages are made with.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the manual page",
		Long:   "man prints the manual page, for man -l. Its date is that of SOURCE_DATE_EPOCH, or none.",
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := sourceDate(os.Getenv("SOURCE_DATE_EPOCH"))
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), manual(cmd.Root(), date))
			return err
		},
	}
}

// sourceDate reads the seconds that stand for the age of the source, so that the
// same source makes the same page whenever it is built.
func sourceDate(epoch string) (string, error) {
	if epoch == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return "", usageError("SOURCE_DATE_EPOCH %q is no number of seconds since 1970", epoch)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}

// Pieces of the manual that no command or flag tells.
var (
	manExitCodes = []struct {
		code int
		text string
	}{
		{exitDone, "Done; also if there was nothing to change."},
		{exitFailed, "Failed."},
		{exitUsage, "Wrong usage."},
		{exitNoSuch, "No such provider or target."},
		{exitLocked, "The lock was not obtained within 15 seconds; nothing was written."},
		{exitRefused, "Refused: the file cannot be read or written as a pool, or the credential is dead, or nobody confirmed."},
		{exitProviderOut, "Of status: a provider has no ready credential."},
		{exitNothingReady, "Of status: nothing is ready."},
	}
	manEnvironment = [][2]string{
		{"HERMES_HOME", "The agent's home, in which auth.json lies, unless --file, --home or --profile names another."},
		{"XDG_STATE_HOME", "Where the journal is kept: in its directory pooltop. Without it that is ~/.local/state."},
		{"XDG_CONFIG_HOME", "Where the configuration is: in its directory pooltop. Without it that is ~/.config, on Windows %APPDATA%."},
		{"NO_COLOR", "If set, nothing is coloured."},
		{"TERM", "The kind of terminal. On a dumb one there is no dashboard, and help is plain."},
		{"LOCALAPPDATA", "On Windows: where the agent's home is, as the directory hermes."},
	}
	manFiles = [][2]string{
		{"~/.hermes/auth.json", "The agent's store. Looking never writes it; an action replaces it whole, with mode 0600."},
		{"~/.hermes/auth.lock", "The agent's own lock, which is taken for as long as an action writes."},
		{"~/.hermes/profiles/NAME/auth.json", "The store of a profile."},
		{"~/.config/pooltop/config.toml", "The configuration, if there is one. pooltop config prints every value that it may have."},
		{"~/.local/state/pooltop/events.jsonl", "The journal: every action and event, a line each, without a secret. --no-journal keeps none."},
	}
	// manValues are the words for what flags take.
	manValues = map[string]string{
		"file": "PATH", "home": "DIR", "profile": "NAME", "policy": "auto|backoff|flat", "code": "N", "for": "LENGTH",
		"until": "TIME", "reason": "TEXT", "since": "LENGTH", "format": "TEMPLATE", "speed": "N", "seed": "N", "scenario": "NAME",
		"config": "FILE", "log-file": "PATH", "theme": "NAME", "sort": "ORDER", "columns": "NAME,...", "frame-rate": "N", "key": "ACTION=KEY,...",
	}
)

// manual is the manual page of a program, in the language of man(7).
func manual(root *cobra.Command, date string) string {
	p := &page{}
	p.line(`.TH POOLTOP 1 "%s" "pooltop %s" "User Commands"`, date, escaped(version))
	p.section("NAME")
	p.line(`%s \- %s`, escaped(root.Name()), escaped(strings.ToLower(root.Short[:1])+root.Short[1:]))
	p.section("SYNOPSIS")
	p.line(`.B pooltop`)
	p.line(`[\fIoptions\fP]`)
	p.line(`.br`)
	p.line(`.B pooltop`)
	p.line(`\fIcommand\fP [\fIarguments\fP] [\fIoptions\fP]`)
	p.section("DESCRIPTION")
	p.prose(root.Long)
	p.section("OPTIONS")
	p.prose("Every command takes these:")
	p.flags(root.PersistentFlags())
	p.prose("The dashboard, which is what there is without a command, takes these as well:")
	p.flags(root.LocalNonPersistentFlags())
	p.section("COMMANDS")
	for _, cmd := range root.Commands() {
		if cmd.IsAvailableCommand() && cmd.Name() != "help" {
			p.command(cmd)
		}
	}
	p.section("EXIT STATUS")
	for _, e := range manExitCodes {
		p.term(strconv.Itoa(e.code), "", e.text)
	}
	p.table("ENVIRONMENT", manEnvironment)
	p.table("FILES", manFiles)
	p.section("EXAMPLES")
	p.example(root.Example)
	return p.String()
}

// page is a manual page in the making.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.Builder, format+"\n", args...) }

func (p *page) section(title string) { p.line(".SH %s", title) }

func (p *page) table(title string, rows [][2]string) {
	p.section(title)
	for _, row := range rows {
		p.term(row[0], "", row[1])
	}
}

// term is a word, what follows it, and what there is to say of it.
func (p *page) term(word, value, text string) {
	p.line(".TP")
	if value != "" {
		value = ` \fI` + escaped(value) + `\fP`
	}
	p.line(`\fB%s\fP%s`, escaped(word), value)
	p.line("%s", escaped(text))
}

func (p *page) command(cmd *cobra.Command) {
	use := cmd.Root().Name() + " " + cmd.Use
	p.line(".SS %s", escaped(use))
	p.prose(cmd.Short + ".")
	if cmd.Long != "" {
		p.prose(cmd.Long)
	}
	p.flags(cmd.LocalNonPersistentFlags())
	p.example(cmd.Example)
}

func (p *page) flags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" || f.Name == "version" {
			return
		}
		value := manValues[f.Name]
		text := strings.ToUpper(f.Usage[:1]) + f.Usage[1:]
		if takesValue := f.NoOptDefVal == ""; takesValue && f.DefValue != "" && f.DefValue != "0" {
			text += " (default " + f.DefValue + ")"
		}
		p.term("--"+f.Name, value, text+".")
	})
}

// prose is paragraphs. Lines below one that ends with a colon stay lines.
func (p *page) prose(text string) {
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		p.line(".PP")
		head, rest, found := strings.Cut(paragraph, ":\n")
		if !found {
			p.line("%s", escaped(strings.ReplaceAll(paragraph, "\n", " ")))
			continue
		}
		p.line("%s:", escaped(head))
		for line := range strings.SplitSeq(rest, "\n") {
			p.line(".br")
			p.line("%s", escaped(line))
		}
	}
}

// example is lines as they are typed.
func (p *page) example(text string) {
	if text == "" {
		return
	}
	p.line(".PP")
	p.line(".RS 4")
	p.line(".nf")
	for line := range strings.SplitSeq(text, "\n") {
		p.line(`\&%s`, escaped(strings.TrimPrefix(line, "  ")))
	}
	p.line(".fi")
	p.line(".RE")
}

// manEscapes make a text mean itself: a hyphen that can be copied, quotes that
// stay straight, and no backslash or line that is an instruction.
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
