//go:build !unix

package cli

import tea "charm.land/bubbletea/v2"

// jobSignals does nothing on systems without job control.
type jobSignals struct{}

func newJobSignals(*output, *keyboard) *jobSignals { return &jobSignals{} }

func (*jobSignals) filter(_ tea.Model, msg tea.Msg) tea.Msg { return msg }

func (*jobSignals) start(*tea.Program) (end func()) { return func() {} }
