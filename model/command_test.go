package model

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"pooltop/ui"
)

const commandPool = `{"version": 1, "credential_pool": {"codex": [
	{"id": "c1", "label": "first $(id) 'x'", "auth_type": "oauth", "access_token": "t1"},
	{"id": "c2", "label": "second", "auth_type": "oauth", "access_token": "t2", "last_status": "exhausted", "last_error_code": 429, "last_status_at": 1795780800},
	{"id": "c3", "label": "third", "auth_type": "oauth", "access_token": "t3"}]}}`

// commandRunner is a fake runner of commands.
type commandRunner struct {
	ran    []string
	output string
	during func()           // called while a command is running
	fail   map[string]error // by id
}

func (r *commandRunner) run(ctx context.Context, args []string, out io.Writer) error {
	r.ran = append(r.ran, strings.Join(args, "|"))
	_, _ = io.WriteString(out, r.output)
	if r.during != nil {
		r.during()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.fail[args[1]]
}

// startCommands returns a dashboard with one command for each of the given ones.
func startCommands(t *testing.T, r *commandRunner, commands ...Command) *dashboard {
	return startDashboard(t, commandPool, func(c *Config) {
		c.Commands = Commands{List: commands, Run: r.run, Terminal: func(args []string, done func(error) tea.Msg) tea.Cmd {
			return func() tea.Msg { return done(r.run(t.Context(), args, io.Discard)) }
		}}
	})
}

func refreshCommand(output string) Command {
	return Command{Key: "F", Name: "refresh", Run: []string{"/bin/refresh", "{id}", "--label={label}", "{state} {code}"}, Output: output}
}

func TestCommand_Pane(t *testing.T) {
	r := &commandRunner{output: "10%\r50%\rall \x1b[31mgood\x1b[0m\r\n\tindented\nlast"}
	d := startCommands(t, r, refreshCommand("pane"))
	d.shows("F refresh")
	d.do("F", "/bin/refresh c1 '--label=first $(id) '\\''x'\\''' 'ready '", "all good", "    indented", "last", "✓ refresh codex/first $(id) 'x': exit code 0")
	d.hides("50%", "[31m")
	equal(t, "the run", strings.Join(r.ran, "\n"), "/bin/refresh|c1|--label=first $(id) 'x'|ready ")
	d.do("x", "press esc to close the output first")
	d.do("esc", "F refresh")
	d.do("e", "refresh: exit code 0")
	entries, err := d.m.stores[0].Operator.Journal.Read()
	equal(t, "the error", err, nil)
	last := entries[len(entries)-1]
	equal(t, "the entry", fmt.Sprintln(last.Kind, last.By, last.ID, last.Message, last.At.Equal(noon)), "command operator c1 refresh: exit code 0 true\n")
	d.do("esc ?", "commands", "F           refresh")
}

func TestCommand_Marked(t *testing.T) {
	for _, output := range []string{"pane", "none", "terminal"} {
		r := &commandRunner{fail: map[string]error{"c2": errors.New("exit code 3")}}
		d := startCommands(t, r, refreshCommand(output))
		d.do("a F", "✕ refresh 3 credentials: 1 failed; codex/second: exit code 3")
		equal(t, "the runs", strings.Join(r.ran, "\n"),
			"/bin/refresh|c1|--label=first $(id) 'x'|ready \n/bin/refresh|c2|--label=second|cooling 429\n/bin/refresh|c3|--label=third|ready ")
		equal(t, "the pane", d.m.pane == ui.PaneOutput, output == "pane")
		equal(t, "the marks", len(d.m.marked), 0)
	}
}

func TestCommand_Confirm(t *testing.T) {
	r := &commandRunner{}
	c := refreshCommand("none")
	c.Confirm = true
	d := startCommands(t, r, c)
	d.do("j F", "run refresh for codex/second?", "/bin/refresh c2 --label=second 'cooling 429'")
	d.do("n", "– refresh canceled; nothing was run")
	d.do("a F", "run refresh for 3 credentials?", "/bin/refresh c3 --label=third 'ready '")
	equal(t, "the runs", len(r.ran), 0)
	d.do("y", "✓ refresh 3 credentials: exit code 0")
	equal(t, "the runs", len(r.ran), 3)
}

func TestCommand_Cancel(t *testing.T) {
	r := &commandRunner{}
	d := startCommands(t, r, refreshCommand("pane"))
	cmd := d.press("F", "refresh is running for codex/first $(id) 'x'; esc ends it", "esc end refresh")
	d.press("q F", "refresh is still running; esc ends it")
	equal(t, "the pane", d.m.pane, ui.PaneOutput)
	d.press("esc")
	d.finish(cmd)
	d.shows("– refresh codex/first $(id) 'x': canceled")
	d.press("F")
	_, err := d.m.Finish()
	equal(t, "the error", err, nil)
	equal(t, "the runs", len(r.ran), 0)
	r.during = func() { d.m.command.cancel() }
	d = startCommands(t, r, refreshCommand("pane"))
	d.do("a F", "– refresh 3 credentials: canceled")
	equal(t, "the runs", len(r.ran), 1)
}

func TestCommand_Refused(t *testing.T) {
	r := &commandRunner{}
	d := startCommands(t, r, refreshCommand("none"))
	d.do("w F", "read-only: commands are disabled")
	d.m.readOnly, d.m.cfg.Commands.Off = false, "commands are disabled: other users can write config.toml"
	d.do("F", "✕ commands are disabled: other users can write config.toml")
	d.m.cfg.Commands.Off = ""
	d.do("? F", "press esc to close the help first")
	equal(t, "the runs", len(r.ran), 0)
	r.fail, r.output = map[string]error{"c1": errors.New("exit code 1")}, "starting\nno network\n"
	d.do("esc F", "exit code 1; no network")
}

// TestCommand_RemovedProfile checks that a frozen display runs no command for the rows of a
// profile that has been removed.
func TestCommand_RemovedProfile(t *testing.T) {
	r := &commandRunner{}
	h := threeProfiles(t, func(c *Config) { c.Commands = Commands{List: []Command{refreshCommand("none")}, Run: r.run} })
	h.selectRow("work/w")
	h.do("p")
	h.handle(StoresChanged{[]Store{h.m.cfg.Stores[0], h.m.cfg.Stores[2]}})
	h.do("F", "✕ the profile has been removed")
	equal(t, "the runs", len(r.ran), 0)
}

func TestCommandOutput_Limit(t *testing.T) {
	o := newCommandOutput()
	for i := range 10 * maxOutputLines {
		_, _ = fmt.Fprintf(o, "line %d\n", i)
	}
	_, _ = fmt.Fprint(o, strings.Repeat("x", 3*maxOutputLine))
	lines := o.shown()
	if n := len(lines); n < maxOutputLines || n > maxOutputLines*11/10+2 {
		t.Errorf("%d lines are kept", n)
	}
	equal(t, "the first line", lines[0].Text, "earlier output was discarded")
	equal(t, "the last line", len(lines[len(lines)-1].Text), maxOutputLine)
}

func TestCommandOutput_Partial(t *testing.T) {
	o := newCommandOutput()
	_, _ = fmt.Fprint(o, "10%\r\t\x1b[31mindented\x1b[0m\r")
	partial := o.shown()
	equal(t, "the partial line", partial[0].Text, "    indented")
	o.end("exit code 0")
	equal(t, "the ended line", o.shown()[0], partial[0])
}
