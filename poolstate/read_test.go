package poolstate

import (
	"errors"
	"os"
	"testing"
	"time"
)

// A reader waits while another process overwrites the file in place.
func TestLoad_WrittenInPlace(t *testing.T) {
	half := len(small) / 2
	steps := func(n int) (steps []string) { // a slow writer
		for i := range n {
			steps = append(steps, small[:i+1])
		}
		return steps
	}
	for _, c := range []struct {
		name    string
		first   string
		during  []string // the content after each wait; "" if it does not change
		waits   int      // how often the reader waits
		invalid bool
	}{
		{"complete", small, nil, 0, false},
		{"empty at first", "", []string{small}, 1, false},
		{"two halves", small[:half], []string{small[:half+9], "", small}, 3, false},
		{"mixed with the old content", small[:half] + small, []string{small}, 1, false},
		{"slow writer", "", append(steps(maxRetries-1), small), maxRetries, false},
		{"writer that never ends", "", append(steps(maxRetries+5), small), maxRetries, true},
		{"damaged", small[:half], nil, maxQuiet, true},
		{"written again, but still damaged", small[:half], []string{small[:half+1]}, maxQuiet + 1, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			readers := map[string]func(*Store) error{
				"Load": func(s *Store) error { _, err := s.Load(); return err },
				"Plan": func(s *Store) error { _, err := s.Plan(Action{Verb: VerbReset}, nil); return err },
				"Update": func(s *Store) error {
					_, err := s.Update(t.Context(), func(*Draft) error { return nil })
					return err
				},
				"Scrub": func(s *Store) error { return s.Scrub(new(string)) },
			}
			for name, read := range readers {
				if name != "Load" && len(c.during) > 1 {
					continue // all readers share the code that waits
				}
				s, waits, modified := newStore(t, c.first), 0, stampAt
				s.wait = func(d time.Duration) {
					equal(t, "the wait", d, retryWait)
					if waits < len(c.during) && c.during[waits] != "" {
						writeFile(t, s.Path(), c.during[waits])
						modified = modified.Add(time.Second)
					}
					waits++
					if err := os.Chtimes(s.Path(), modified, modified); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.Chtimes(s.Path(), modified, modified); err != nil {
					t.Fatal(err)
				}
				err := read(s)
				_, syntax := errors.AsType[*SyntaxError](err)
				equal(t, name+" fails with a syntax error", syntax, c.invalid)
				equal(t, name+" fails", err != nil, c.invalid)
				equal(t, "waits of "+name, waits, c.waits)
			}
		})
	}
}

// The previous pool is kept if the file has the same content again after it was overwritten in place.
func TestLoadIfChanged_WrittenInPlace(t *testing.T) {
	s := newStore(t, small)
	prev, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, s.Path(), "")
	s.wait = func(time.Duration) { writeFile(t, s.Path(), small) }
	now, err := s.LoadIfChanged(prev)
	equal(t, "the error", err, nil)
	equal(t, "the pool is the previous one", now.Pool == prev.Pool, true)
}
