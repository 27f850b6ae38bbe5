package model

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
	"pooltop/ui"
	"pooltop/ui/text"
)

// Command is a command that a key runs, once for each target.
type Command struct {
	Key, Name string
	// Run is the program and its arguments. Arguments may contain {provider}, {id}, {label},
	// {profile}, {path}, {state} and {code}.
	Run     []string
	Confirm bool   // ask before running it
	Output  string // "pane", "terminal" or "none"
}

// Commands are the commands that keys run, and how to run them.
type Commands struct {
	List []Command // their keys are not bound to actions or views
	Off  string    // why no command can be run, or ""
	// Run runs a program and writes its output to out. If ctx is done, it ends the program
	// and returns the error of ctx. The text of any other error is the result, such as
	// "exit code 3".
	Run func(ctx context.Context, args []string, out io.Writer) error
	// Terminal is like Run, but the program uses the terminal, and the result is passed to
	// done.
	Terminal func(args []string, done func(error) tea.Msg) tea.Cmd
}

// commandRun is a command that runs for one target after another.
type commandRun struct {
	*Command
	targets []commandTarget
	output  *commandOutput
	cancel  context.CancelFunc
	perform func() []commandResult // runs the command on the first call
	over    bool
}

// commandTarget is a credential with the arguments of its run.
type commandTarget struct {
	name     string
	args     []string
	record   poolstate.Record
	operator *journal.Operator
}

// commandResult is the result of a command for one target.
type commandResult struct {
	target *commandTarget
	err    error // of the command
	failed error // of the journal
}

// words returns the result of the command, such as "exit code 0".
func (r *commandResult) words() string {
	switch {
	case errors.Is(r.err, context.Canceled):
		return "canceled"
	case r.err != nil:
		return r.err.Error()
	}
	return "exit code 0"
}

// commandPressed starts the command of a key, or shows the output of the command that is
// already running.
func (m *Model) commandPressed(pressed fmt.Stringer) tea.Cmd {
	run := &commandRun{}
	for i, b := range m.keys.Commands {
		if key.Matches(pressed, b) {
			run.Command = &m.cfg.Commands.List[i]
		}
	}
	if m.commandRunning() {
		if m.command.Output == "pane" {
			m.open(ui.PaneOutput)
		}
		return m.setStatus(ui.AnswerRefused, m.command.Name+" is still running; "+word(m.keys.Back)+" ends it")
	}
	seen, _, why := m.targets(pressed)
	switch {
	case m.cfg.Commands.Off != "":
		why = m.cfg.Commands.Off
	case m.readOnly || m.cfg.ReadOnly != "":
		why = "read-only: commands are disabled"
	}
	if why != "" {
		return m.setStatus(ui.AnswerRefused, why)
	}
	for i := range seen {
		if st := m.owner(&seen[i]); st != nil {
			run.targets = append(run.targets, m.commandTarget(run.Command, st, &seen[i]))
		}
	}
	if len(run.targets) == 0 { // the display is frozen
		return m.setStatus(ui.AnswerRefused, "the profile has been removed")
	}
	if run.Confirm {
		return m.openDialog(&dialog{task: task{Task: journal.Task{Seen: seen}}, command: run})
	}
	return m.startCommand(run)
}

func (m *Model) commandTarget(command *Command, st *store, c *poolstate.Credential) commandTarget {
	code := ""
	if n, known := c.ErrorCode.Get(); known {
		code = strconv.Itoa(n)
	}
	replace := strings.NewReplacer(
		"{provider}", c.Provider, "{id}", c.ID, "{label}", c.Label, "{profile}", st.Profile, "{path}", st.Operator.Store.Path(),
		"{state}", m.policy.Availability(c, m.now).String(), "{code}", code,
	)
	t := commandTarget{name: rowName(c), operator: st.Operator, record: poolstate.Record{
		Kind: poolstate.EventCommand, By: poolstate.ByOperator,
		Provider: c.Provider, ID: c.ID, Label: c.Label, Source: c.Source, Profile: m.profileIn(st),
	}}
	for _, arg := range command.Run {
		t.args = append(t.args, replace.Replace(arg))
	}
	return t
}

func (m *Model) commandRunning() bool { return m.command != nil && !m.command.over }

func (m *Model) startCommand(run *commandRun) tea.Cmd {
	m.command, m.status = run, nil
	clear(m.marked)
	run.output = newCommandOutput()
	ctx, cancel := context.WithCancel(context.Background())
	run.cancel = cancel
	if run.Output == "terminal" {
		run.perform = func() []commandResult { return nil }
		return m.runInTerminal(run, nil)
	}
	run.perform = sync.OnceValue(func() (results []commandResult) {
		defer cancel()
		defer close(run.output.more)
		for i := range run.targets {
			if ctx.Err() != nil {
				break
			}
			t := &run.targets[i]
			run.output.begin(i, commandLine(t.args))
			r := commandResult{target: t, err: m.cfg.Commands.Run(ctx, t.args, run.output)}
			run.output.end(r.words())
			r.record(run.Command, m.cfg.Clock)
			results = append(results, r)
		}
		return results
	})
	if run.Output == "pane" {
		m.open(ui.PaneOutput)
	}
	finished := func() tea.Msg {
		results := run.perform()
		return result(func(m *Model) tea.Cmd { return m.commandDone(run, results) })
	}
	return tea.Batch(finished, m.nextOutput(run))
}

// runInTerminal runs the command for the next target, and then for the others.
func (m *Model) runInTerminal(run *commandRun, results []commandResult) tea.Cmd {
	if len(results) == len(run.targets) {
		return m.commandDone(run, results)
	}
	t, clock := &run.targets[len(results)], m.cfg.Clock
	return m.cfg.Commands.Terminal(t.args, func(err error) tea.Msg {
		r := commandResult{target: t, err: err}
		r.record(run.Command, clock)
		return result(func(m *Model) tea.Cmd { return m.runInTerminal(run, append(results, r)) })
	})
}

// record records the result in the journal.
func (r *commandResult) record(c *Command, clock Clock) {
	t := r.target
	t.record.At, t.record.Message = clock.Now(), c.Name+": "+r.words()
	e := journal.Entry{Record: t.record, Store: t.operator.Store.Identity(), User: t.operator.User, Host: t.operator.Host}
	r.failed = t.operator.Journal.Append(e)
}

// nextOutput waits for output of a command, and redraws the screen at most every
// outputInterval.
func (m *Model) nextOutput(run *commandRun) tea.Cmd {
	return func() tea.Msg {
		if _, open := <-run.output.more; !open {
			return nil
		}
		return result(func(m *Model) tea.Cmd {
			m.followOutput()
			return tea.Sequence(m.cfg.After(outputInterval, nothing), m.nextOutput(run))
		})
	}
}

// commandDone shows the results of a command on the status line.
func (m *Model) commandDone(run *commandRun, results []commandResult) tea.Cmd {
	run.over = true
	m.followOutput()
	var failed *commandResult
	var records []poolstate.Record
	failures, unrecorded := len(run.targets)-len(results), error(nil)
	for i := range results {
		r := &results[i]
		records, unrecorded = append(records, r.target.record), cmp.Or(unrecorded, r.failed)
		if r.err != nil {
			failures++
			failed = cmp.Or(failed, r)
		}
	}
	m.log.merge(records, true)
	words, kind := run.Name+" "+m.commandTargets(run)+": ", ui.AnswerDone
	switch {
	case failed == nil && failures > 0:
		words, kind = words+fmt.Sprintf("canceled; %d not run", failures), ui.AnswerCanceled
	case failed == nil:
		words += "exit code 0"
	case errors.Is(failed.err, context.Canceled):
		words, kind = words+"canceled", ui.AnswerCanceled
	case len(run.targets) == 1:
		words, kind = words+failed.words(), ui.AnswerRefused
		if run.Output == "none" {
			words += "; " + run.output.last()
		}
	default:
		words, kind = words+fmt.Sprintf("%d failed; %s: %s", failures, failed.target.name, failed.words()), ui.AnswerRefused
	}
	m.setStatus(kind, words)
	m.journaled("cannot be written", unrecorded)
	return nil
}

// commandTargets names the target, or counts the targets.
func (m *Model) commandTargets(run *commandRun) string {
	if len(run.targets) == 1 {
		return run.targets[0].name
	}
	return text.Plural(len(run.targets), "credential", "credentials")
}

// commandAnswer describes the command that is running, or returns nil.
func (m *Model) commandAnswer() *ui.Answer {
	run := m.command
	if !m.commandRunning() || run.Output == "terminal" {
		return nil
	}
	words := run.Name + " is running for " + m.commandTargets(run)
	if len(run.targets) > 1 {
		words = fmt.Sprintf("%s is running (%d of %d)", run.Name, run.output.position()+1, len(run.targets))
	}
	return &ui.Answer{Kind: ui.AnswerWaiting, Text: words + "; " + word(m.keys.Back) + " ends it"}
}

// commandDialog is the confirmation of a command. It lists the exact commands.
func (m *Model) commandDialog(d *dialog) *ui.Dialog {
	run, k := d.command, &dialogKeys
	out := &ui.Dialog{
		Title: "run " + run.Name + " for " + m.commandTargets(run) + "?", Choice: &d.yes, Keys: []key.Binding{k.Toggle, k.Accept, k.Cancel},
	}
	for i := range run.targets {
		t := &run.targets[i]
		if line := commandLine(t.args); len(run.targets) == 1 {
			out.Preview = line
		} else {
			out.Changes = append(out.Changes, ui.Change{Name: t.name, Words: line})
		}
	}
	if d.ignored {
		out.Problem = "press y or n"
	}
	return out
}

// commandLine returns the arguments as one line. It quotes arguments that contain spaces or
// special characters.
func commandLine(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		if words[i] = arg; arg == "" || strings.ContainsAny(arg, " \t\n'\"\\$`;&|<>(){}[]*?!#~") {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
