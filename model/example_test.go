package model_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// do runs a command, as a program does, and hands the dashboard what comes of it.
func do(m *tea.Model, cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, cmd := range msg {
			do(m, cmd)
		}
	default:
		var next tea.Cmd
		*m, next = (*m).Update(msg)
		do(m, next)
	}
}

// The dashboard is a value: messages in, pictures out. A program drives it on a
// terminal, with tea.NewProgram(model.New(cfg)), and sends a FileChanged for each
// change of the file; here it is driven by hand.
func ExampleNew() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "auth.json")
	err = os.WriteFile(path, []byte(`{"credential_pool": {"openrouter": [{"id": "d4410b", "label": "primary"}]}}`), 0o600)
	if err != nil {
		fmt.Println(err)
		return
	}
	now := func() time.Time { return time.Unix(1795425600, 0).UTC() }
	var m tea.Model = model.New(model.Config{
		Operator: &journal.Operator{Store: poolstate.Open(path), Number: func() string { return "1" }},
		Clock:    model.Clock{Now: now}, Path: "~/.hermes/auth.json",
		// Nothing comes by itself.
		After:        func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil },
		ExplainError: error.Error, ExplainWrite: error.Error,
	})
	m, _ = m.Update(tea.WindowSizeMsg{Width: 70, Height: 12})
	do(&m, m.Init())
	for line := range strings.Lines(ansi.Strip(m.View().Content)) {
		if strings.Contains(line, "openrouter") || strings.Contains(line, "primary") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// openrouter  1 of 1 ready ───────────────────────────────────────────
	// ▌● primary                ready                          –
}
