package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/muesli/mango"
	mcobra "github.com/muesli/mango-cobra"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"pooltop/cli/config"
)

// manCommand prints the man page for the packages.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man",
		Short:  "Print the man page",
		Long:   "man prints the man page, for man -l. Its date is $SOURCE_DATE_EPOCH, or none.",
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := sourceDate(os.Getenv("SOURCE_DATE_EPOCH"))
			if err != nil {
				return err
			}
			page, err := manual(cmd.Root(), date)
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), page)
			}
			return err
		},
	}
}

// sourceDate returns the date of a Unix timestamp. The page has no other date, so
// that the same source always makes the same page.
func sourceDate(epoch string) (string, error) {
	if epoch == "" {
		return "", nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return "", usageError("SOURCE_DATE_EPOCH %q is not a Unix timestamp", epoch)
	}
	return time.Unix(seconds, 0).UTC().Format(time.DateOnly), nil
}

// The sections of the page that do not come from a command.
var (
	manExitStatus = fmt.Sprintf(`* %d: Success, also if there was nothing to change.
* %d: Failure.
* %d: Wrong usage.
* %d: No such provider or credential.
* %d: The lock was not obtained within 15 seconds; nothing was written.
* %d: Refused: the file cannot be read or written as a pool, the credential is dead, or the action was not confirmed.
* %d: status only: a provider has no credential ready.
* %d: status only: no credential is ready.`,
		exitDone, exitFailed, exitUsage, exitNoSuch, exitLocked, exitRefused, exitProviderOut, exitNothingReady)
	manEnvironment = `* HERMES_HOME: The agent's home directory, containing auth.json. --file, --home and --profile override it.
* XDG_STATE_HOME: Base directory of the journal ($XDG_STATE_HOME/pooltop), ~/.local/state by default.
* XDG_CONFIG_HOME: Base directory of the configuration ($XDG_CONFIG_HOME/pooltop), ~/.config by default (Windows: %APPDATA%).
* NO_COLOR: If set, no color is used.
* TERM: The type of the terminal. A dumb one cannot show the dashboard.
* LOCALAPPDATA: Windows: parent directory of the agent's home (hermes).`
	manFiles = `* ~/.hermes/auth.json: The agent's store. Viewing never writes it; an action replaces it as a whole, with mode 0600.
* ~/.hermes/auth.lock: The agent's own lock, held while an action writes.
* ~/.hermes/profiles/NAME/auth.json: The store of a profile.
* ~/.config/pooltop/config.toml: The configuration (optional). pooltop config prints every value.
* ~/.local/state/pooltop/events.jsonl: The journal: every action and event, one line each, without secrets.`
)

// manual returns the man page.
func manual(root *cobra.Command, date string) (string, error) {
	m, err := mcobra.NewManPage(1, root)
	if err != nil {
		return "", err
	}
	describe(&m.Root, root)
	m = m.WithLongDescription(flow(root.Long)).WithSection("Exit status", manExitStatus).WithSection("Environment", manEnvironment).WithSection("Files", manFiles)
	return m.Build(&page{date: date}), nil
}

// describe completes what mango takes from a command: the long description, the
// placeholders of flags, and only the flags and commands that are shown. The
// flags of the configuration are described once, with the dashboard.
func describe(m *mango.Command, cmd *cobra.Command) {
	delete(m.Commands, "help")
	for _, c := range cmd.Commands() {
		if sub := m.Commands[c.Name()]; sub != nil {
			describe(sub, c)
		}
	}
	var shared []string
	m.Flags = map[string]mango.Flag{}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Hidden, f.Name == "help", f.Name == "version":
		case cmd.HasParent() && config.IsFlag(f):
			shared = append(shared, "--"+f.Name)
		default:
			value, usage := pflag.UnquoteUsage(f)
			if f.NoOptDefVal == "" && f.DefValue != "" && f.DefValue != "0" {
				usage += " (default " + f.DefValue + ")"
			}
			name := strings.TrimSpace(f.Name + " " + value)
			_ = m.AddFlag(mango.Flag{Name: name, Usage: titled(usage) + ".", PFlag: true}) // fails only for a duplicate
		}
	})
	if m.Name == "completion" {
		m.Commands = nil
	}
	if about := cmd.Long; cmd.HasParent() {
		if about == "" {
			about = cmd.Short + "."
		}
		if shared != nil {
			about += "\n\nAlso accepts " + strings.Join(shared, ", ") + "."
		}
		m.Short = flow(about)
	}
}

// lineBreak is a line break that mango keeps where it joins lines.
const lineBreak = "\v"

// flow joins the lines of each paragraph, but keeps lines after a colon.
func flow(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		if strings.Contains(p, ":\n") {
			p = strings.ReplaceAll(p, "\n", lineBreak)
		}
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(paragraphs, lineBreak)
}

// page builds a man page in the language of man(7).
type page struct {
	strings.Builder
	date string
}

func (p *page) macro(format string, args ...any) {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n") {
		p.WriteByte('\n')
	}
	fmt.Fprintf(&p.Builder, format+"\n", args...)
}

// Heading starts the page. It ignores mango's date, which is the present one.
func (p *page) Heading(section uint, title, _ string, _ time.Time) {
	p.macro(`.TH %s %d "%s" "%s %s" "User Commands"`, strings.ToUpper(title), section, p.date, title, escaped(version))
}
func (p *page) Section(title string) { p.macro(".SH %s", strings.ToUpper(title)) }
func (p *page) EndSection()          { p.WriteByte('\n') }
func (p *page) Paragraph()           { p.macro(".PP") }
func (p *page) Indent(n int)         { p.macro(".RS %d", n) }
func (p *page) IndentEnd()           { p.macro(".RE") }
func (p *page) TaggedParagraph(int)  { p.macro(".TP") }
func (p *page) List(text string)     { p.Text(text) }

// TextBold writes bold text. The first option of a command lacks its tagged
// paragraph.
func (p *page) TextBold(text string) {
	if strings.HasPrefix(text, "--") && !strings.HasSuffix(p.String(), ".TP\n") {
		p.TaggedParagraph(0)
	}
	fmt.Fprintf(&p.Builder, `\fB%s\fP`, escaped(text))
}
func (p *page) TextItalic(text string) { fmt.Fprintf(&p.Builder, `\fI%s\fP`, escaped(text)) }

// Text writes text. A further line is a paragraph, a line "* term: description" a
// tagged one, and an indented line stays one line.
func (p *page) Text(text string) {
	for i, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\v' }) {
		if item, ok := strings.CutPrefix(line, "* "); ok {
			term, description, _ := strings.Cut(item, ": ")
			p.TaggedParagraph(0)
			p.macro(`\fB%s\fP`, escaped(term))
			line = description
		} else if strings.HasPrefix(line, "  ") {
			p.macro(".br")
			line = strings.TrimSpace(line)
		} else if i > 0 {
			p.Paragraph()
		}
		p.WriteString(escaped(line))
	}
}

// manEscapes make text mean itself: a hyphen that can be copied, quotes that stay
// straight, and no backslash that starts an instruction.
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
