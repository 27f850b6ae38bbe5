package poolstate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// stampSeconds is stampAt as stored in the fields of an entry.
const stampSeconds = "1795425606.970596"

var (
	resetAction = Action{Verb: VerbReset}
	holdAction  = Action{Verb: VerbHold, Hold: Hold{Code: 429}}
)

// perform loads credentials and performs an action on them.
func perform(t *testing.T, s *Store, a Action, refs ...Ref) Outcome {
	t.Helper()
	return performOn(t, s, a, seen(t, s, refs...))
}

// performOn performs an action on credentials that were loaded earlier.
func performOn(t *testing.T, s *Store, a Action, seen []Credential) Outcome {
	t.Helper()
	out, err := s.Perform(t.Context(), a, seen, nil)
	wantErr(t, err, nil)
	return out
}

// seen loads the credentials with the given refs, or all credentials without refs.
func seen(t *testing.T, s *Store, refs ...Ref) []Credential {
	t.Helper()
	var list []Credential
	p := load(t, s)
	if len(refs) == 0 {
		for c := range p.All() {
			list = append(list, *c)
		}
	}
	for _, ref := range refs {
		list = append(list, *find(t, p, ref))
	}
	return list
}

// undosOf returns the undos of an outcome.
func undosOf(out Outcome) []Undo {
	var undos []Undo
	for i := range out.Changed {
		if u := out.Changed[i].Undo; u != nil {
			undos = append(undos, *u)
		}
	}
	return undos
}

// throughJSON encodes and decodes undos, as a journal does.
func throughJSON(t *testing.T, undos []Undo) []Undo {
	t.Helper()
	data, err := json.Marshal(undos)
	wantErr(t, err, nil)
	var again []Undo
	wantErr(t, json.Unmarshal(data, &again), nil)
	return again
}

func undo(t *testing.T, s *Store, undos []Undo) Outcome {
	t.Helper()
	return performOn(t, s, Action{Verb: VerbUndo, Undos: undos}, nil)
}

// checkUnchanged checks that an action left its only credential unchanged and gave the
// expected reason.
func checkUnchanged(t *testing.T, out Outcome, refused bool, why string) {
	t.Helper()
	if len(out.Changed) != 0 || len(out.Unchanged) != 1 {
		t.Errorf("%d changed and %d unchanged, want one unchanged", len(out.Changed), len(out.Unchanged))
		return
	}
	e := out.Unchanged[0]
	equal(t, "refused", e.Refused, refused)
	equal(t, "refusals", out.Refusals() == 1, refused)
	if !strings.Contains(e.Reason, why) {
		t.Errorf("the reason is %q, want it to contain %q", e.Reason, why)
	}
	equal(t, "an undo", e.Undo != nil, false)
}

// unchangedFile returns a function that checks that the store's file has not changed
// and that its directory contains only the named files. It sets an old modification
// time, so that the check detects even a write of the same content.
func unchangedFile(t *testing.T, s *Store) (check func(names ...string)) {
	t.Helper()
	old := time.Unix(1700000000, 0)
	wantErr(t, os.Chtimes(s.Path(), old, old), nil)
	before, err := os.Stat(s.Path())
	wantErr(t, err, nil)
	content := readFile(t, s.Path())
	return func(names ...string) {
		t.Helper()
		after, err := os.Stat(s.Path())
		wantErr(t, err, nil)
		equal(t, "same file", os.SameFile(before, after), true)
		equal(t, "modification time", after.ModTime(), old)
		equal(t, "content", readFile(t, s.Path()), content)
		checkNames(t, filepath.Dir(s.Path()), names...)
	}
}

func checkSameOutcome(t *testing.T, got, want Outcome) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the outcome is\n%+v, want\n%+v", got, want)
	}
}

// rawAt returns the JSON value of a key in an entry of the file, or an empty string.
func rawAt(t *testing.T, s *Store, ref Ref, key string) string {
	t.Helper()
	root, err := jsonedit.Parse([]byte(readFile(t, s.Path())))
	wantErr(t, err, nil)
	return string(entryAt(root, ref.Provider, find(t, load(t, s), ref).Position).RawOf(key))
}

// actionFiles returns the content of stores for action tests: the samples, the hand-made
// files, and files with one unusual entry each.
func actionFiles(t testing.TB) map[string]string {
	t.Helper()
	files := handMade()
	for _, name := range sampleNames {
		files[name] = string(sample(t, name))
	}
	for name, entry := range map[string]string{
		"no field":              `{}`,
		"few fields":            `{"id": "a", "label": "x", "access_token": "SECRET-a-not-a-real-token"}`,
		"exhausted, few fields": `{"id": "a", "last_status": "exhausted", "last_status_at": 1795422723.0}`,
		"every old field":       `{"id": "a", "label": "x", "auth_type": "api_key", "priority": 0, "source": "manual", "access_token": "SECRET-a-not-a-real-token", "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 429, "last_error_reason": "rate", "last_error_message": "slow down", "last_error_reset_at": 1795430000.0, "base_url": "https://x", "request_count": 8, "consecutive_failures": 2}`,
		"newer keys":            `{"id": "a", "failure_reason": "billing", "last_status": "exhausted", "last_status_at": 1795422723.0, "last_error_code": 402, "last_error_reason": null, "last_error_message": null, "last_error_reset_at": null, "enabled": true, "model_cooldowns": {"m": 1795430000.5}, "status_cleared_at": 1795420000.5, "consecutive_failures": 0, "new_in_2027": {"n": [1.50]}}`,
		"newer keys, adjacent":  `{"id": "a", "last_status": "dead", "model_cooldowns": {"m": 1795430000.5}, "failure_reason": "billing"}`,
		"newer keys first":      `{"model_cooldowns": {}, "failure_reason": "billing", "status_cleared_at": 1795420000.5, "id": "a"}`,
		"ISO times":             `{"id": "a", "last_status": "exhausted", "last_status_at": "2026-11-23T08:12:03", "last_error_reset_at": "1795430000"}`,
	} {
		files[name] = `{"credential_pool": {"p": [{"id": "other"}, ` + entry + `, {"id": "last"}]}, "updated_at": "then"}`
	}
	return files
}
