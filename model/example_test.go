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

// update sends a message to the model and runs the resulting commands, like a Bubble
// Tea program.
func update(m tea.Model, msg tea.Msg) tea.Model {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for _, cmd := range batch {
			m = update(m, cmd())
		}
		return m
	}
	m, cmd := m.Update(msg)
	if cmd != nil {
		m = update(m, cmd())
	}
	return m
}

// A real program runs the model on a terminal with tea.NewProgram(model.New(cfg)) and
// sends a FileChanged for each change to the file.
func ExampleNew() {
	dir, _ := os.MkdirTemp("", "example")
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "auth.json")
	_ = os.WriteFile(path, []byte(`{"credential_pool": {"openrouter": [{"access_token": "none", "id": "d4410b", "label": "primary"}]}}`), 0o600)
	now := func() time.Time { return time.Unix(1795425600, 0).UTC() }
	var m tea.Model = model.New(model.Config{
		Operator: &journal.Operator{Store: poolstate.Open(path), Number: func() string { return "1" }},
		Clock:    model.Clock{Now: now}, Path: "~/.hermes/auth.json",
		// The clock does not tick.
		After:        func(time.Duration, func(time.Time) tea.Msg) tea.Cmd { return nil },
		ExplainError: error.Error, ExplainWrite: error.Error,
	})
	m = update(m, tea.WindowSizeMsg{Width: 70, Height: 12})
	m = update(m, m.Init()())
	for line := range strings.Lines(ansi.Strip(m.View().Content)) {
		if strings.Contains(line, "openrouter") || strings.Contains(line, "primary") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// openrouter  1 of 1 ready ───────────────────────────────────────────
	// ▌● primary                ready                          –
}
