package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"pooltop/poolstate"
)

// actOn runs a command that writes, on a sample of its own with a journal of
// its own, and returns the outcome and the file.
func actOn(t *testing.T, args ...string) (outcome, string) {
	t.Helper()
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	return at(t, file, args...), file
}

// TestExitCodesOfActions is the table of exit codes for the commands that write.
func TestExitCodesOfActions(t *testing.T) {
	tests := []struct {
		name string
		args string
		code int
		says []string
	}{
		{"no such provider", "reset openrooter backup-key", exitNoSuch, []string{`reset: no provider "openrooter" (did you mean "openrouter"?)`}},
		{"no such target", "reset openrouter bakup-key", exitNoSuch, []string{`reset openrouter: no credential "bakup-key" (did you mean "backup-key"?)`}},
		{"no such index", "reset openrouter #9", exitNoSuch, []string{`no credential "#9"`}},
		{"nothing named", "reset", exitUsage, []string{"name a provider, or --all"}},
		{"all and a provider", "reset openrouter --all", exitUsage, []string{"--all goes without a provider"}},
		{"no target", "exhaust openrouter", exitUsage, []string{"name a provider and a credential"}},
		{"no length", "exhaust openrouter primary --for soon", exitUsage, []string{"--for", "soon"}},
		{"no time", "exhaust openrouter primary --until soon", exitUsage, []string{"--until", "soon"}},
		{"both", "exhaust openrouter primary --for 1h --until 18:00", exitUsage, []string{"exclude each other"}},
		{"no error code", "exhaust openrouter primary --code 4290", exitUsage, []string{"4290 is no error code"}},
		{"zero as the code", "exhaust openrouter primary --code 0", exitUsage, []string{"0 is no error code"}},
		{"dead", "exhaust anthropic claude_code", exitRefused, []string{"exhaust anthropic/c90d1a", "dead", "re-auth"}},
		{"words that lift the hold", "exhaust openai-codex #2 --reason usage_limit", exitRefused, []string{"usage_limit", "lets an agent lift the hold"}},
		{"the last one standing", "exhaust custom:together.ai #1", exitRefused, []string{"only ready credential of custom:together.ai", "--yes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, file := actOn(t, strings.Fields(tt.args)...)
			refused(t, got, tt.code, tt.says...)
			equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
		})
	}
}

// TestTargets finds a credential by id, by label whatever its case, by index.
func TestTargets(t *testing.T) {
	for _, target := range []string{"e5b7f2", "backup-key", "BACKUP-KEY", "#2"} {
		t.Run(target, func(t *testing.T) {
			got, file := actOn(t, "reset", "openrouter", target)
			if out := done(t, got); !strings.Contains(out, "openrouter/backup-key: cooling, streak 1, until 09:32 → ready, streak 0\n") {
				t.Errorf("it says %q", out)
			}
			equal(t, "its availability", availabilityOf(t, file, "e5b7f2"), "ready")
		})
	}
	file := storeFile(t, poolOf(`{"id": "a", "label": "twin"}`, `{"id": "b", "label": "Twin"}`))
	refused(t, at(t, file, "reset", "p", "twin"), exitNoSuch, `2 credentials are labelled "twin"`, "a, b")
}

func availabilityOf(t *testing.T, file, id string) string {
	t.Helper()
	for _, c := range credentialsIn(decoded(t, done(t, at(t, file, "list", "--json")))) {
		if c["id"] == id {
			a, _ := c["availability"].(string)
			return a
		}
	}
	t.Fatalf("no credential %s", id)
	return ""
}

// TestHowLong is what --for, --until and neither come to.
func TestHowLong(t *testing.T) {
	tests := []struct {
		args  []string
		until string
	}{
		{nil, "2026-11-23T11:20:00.000Z"}, // a first failure was there: 1h × 2
		{[]string{"--code", "401"}, "2026-11-23T09:30:00.000Z"},
		{[]string{"--for", "2h30m"}, "2026-11-23T11:50:00.000Z"},
		{[]string{"--until", "18:00"}, "2026-11-23T18:00:00.000Z"},
		{[]string{"--until", "9:00"}, "2026-11-24T09:00:00.000Z"},
		{[]string{"--until", "tomorrow 9:00"}, "2026-11-24T09:00:00.000Z"},
	}
	for _, tt := range tests {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			got, _ := actOn(t, append([]string{"exhaust", "openrouter", "backup-key", "--json"}, tt.args...)...)
			changed, _ := decoded(t, done(t, got))["changed"].([]any)
			equal(t, "what changed", asJSON(t, changed), `[{"after":{"deadline":"`+tt.until+`","status":"exhausted","streak":2},`+
				`"before":{"deadline":"2026-11-23T09:32:03.000Z","status":"exhausted","streak":1},`+
				`"id":"e5b7f2","label":"backup-key","provider":"openrouter"}]`)
		})
	}
}

// TestDryRun says the same and changes nothing, not even by a lock.
func TestDryRun(t *testing.T) {
	for _, args := range []string{"reset --all", "exhaust openrouter primary", "exhaust custom:together.ai #1 --yes", "sync"} {
		t.Run(args, func(t *testing.T) {
			got, file := actOn(t, append(strings.Fields(args), "--dry-run")...)
			if !strings.HasSuffix(got.stdout, "dry run: nothing was written\n") {
				t.Errorf("it says %q", got.stdout)
			}
			equal(t, "its exit code", got.code, exitDone)
			equal(t, "a word on the last one standing", strings.Contains(got.stderr, "only ready credential of"), strings.Contains(args, "together"))
			equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
			entries, err := os.ReadDir(filepath.Dir(file))
			if err != nil || len(entries) != 1 {
				t.Errorf("beside the store there is %v, %v", entries, err)
			}
			if _, err := os.Stat(filepath.Join(os.Getenv("XDG_STATE_HOME"), "pooltop")); err == nil {
				t.Error("there is a journal")
			}
		})
	}
}

// TestResetOfAProviderSparesTheDead tells a provider's reset from the reset of
// one that is named.
func TestResetOfAProviderSparesTheDead(t *testing.T) {
	got, file := actOn(t, "reset", "anthropic")
	if out := done(t, got); !strings.Contains(out, "anthropic/claude_code: unchanged, dead, re-auth is what helps\n") {
		t.Errorf("it says %q", out)
	}
	equal(t, "the dead one", availabilityOf(t, file, "c90d1a"), "dead")
	equal(t, "the other", availabilityOf(t, file, "b27e04"), "ready")
	if out := done(t, at(t, file, "reset", "anthropic", "claude_code")); !strings.Contains(out, "→ ready, streak 0; it was dead: re-auth is what helps\n") {
		t.Errorf("it says %q", out)
	}
	equal(t, "the one that is named", availabilityOf(t, file, "c90d1a"), "ready")
}

// TestNothingToDo is no failure.
func TestNothingToDo(t *testing.T) {
	got, file := actOn(t, "reset", "openrouter", "primary")
	equal(t, "the answer", done(t, got), "openrouter/primary: unchanged, already clear\nnothing to change\n")
	equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
	equal(t, "an undo of nothing", done(t, at(t, file, "undo")), "nothing to undo\n")
	equal(t, "a sync of others", done(t, at(t, file, "sync", "openrouter")),
		"nothing to adopt: no authority on this machine has tokens of these credentials\n")
}

// TestUndoTakesBackActionAfterAction, across processes, by the journal.
func TestUndoTakesBackActionAfterAction(t *testing.T) {
	_, file := actOn(t, "reset", "openrouter", "backup-key")
	done(t, at(t, file, "exhaust", "openrouter", "primary", "--for", "2h"))
	done(t, at(t, file, "reset", "--all"))
	// It takes capacity away again, which wants a word as any other action does.
	refused(t, at(t, file, "undo"), exitRefused, "--yes")
	for range 3 {
		done(t, at(t, file, "undo", "--yes"))
	}
	before, after := string(sample(t, "backoff.json")), string(readFile(t, file))
	equal(t, "the file without its stamp", unstamped(after), unstamped(before))
	equal(t, "a fourth undo", done(t, at(t, file, "undo")), "nothing to undo\n")
}

// unstamped is a store's text up to updated_at, its last key.
func unstamped(text string) string {
	head, _, _ := strings.Cut(text, `"updated_at"`)
	return head
}

// TestUndoLeavesWhatChangedSince to whoever changed it.
func TestUndoLeavesWhatChangedSince(t *testing.T) {
	_, file := actOn(t, "reset", "openrouter", "backup-key")
	text := strings.Replace(string(readFile(t, file)), `"status_cleared_at"`, `"status_cleared_by_somebody"`, 1)
	writeFile(t, file, []byte(text))
	refused(t, at(t, file, "undo"), exitRefused, "undo openrouter/e5b7f2: refused: it has changed since; left alone")
	equal(t, "the file", string(readFile(t, file)), text)
}

// TestSync adopts the tokens of nous from the store itself, and says that it
// cannot be taken back.
func TestSync(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	file := storeFile(t, `{"providers": {"nous": {"access_token": "SECRET-newer", "refresh_token": "SECRET-newer-r", "expires_at": "2026-11-23T12:00:00Z"}},
		"credential_pool": {"nous": [{"id": "n", "label": "portal", "source": "device_code", "access_token": "SECRET-older",
		"last_status": "exhausted", "last_status_at": 1795425000.0, "last_error_code": 401, "consecutive_failures": 2},
		{"id": "m", "label": "by-hand", "source": "manual", "access_token": "SECRET-other"}]}}`)
	out := done(t, at(t, file, "sync"))
	if !strings.Contains(out, "nous/portal: due, streak 2 → ready, streak 0\n") || strings.Contains(out, "SECRET") || strings.Contains(out, "by-hand") {
		t.Errorf("it says %q", out)
	}
	if text := string(readFile(t, file)); strings.Count(text, "SECRET-newer\"") != 2 || strings.Contains(text, "SECRET-older") {
		t.Errorf("the tokens were not adopted")
	}
	equal(t, "another sync", done(t, at(t, file, "sync")), "nous/portal: unchanged, it has its authority's tokens already\nnothing to adopt\n")
	refused(t, at(t, file, "undo"), exitRefused, "a sync cannot be taken back")
}

// TestReadOnlyIsRefusedUpFront, before anything is locked or written.
func TestReadOnlyIsRefusedUpFront(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("permissions do not stop root")
	}
	_, file := actOn(t, "status")
	if err := os.Chmod(file, 0o400); err != nil {
		t.Fatal(err)
	}
	refused(t, at(t, file, "reset", "--all"), exitRefused, "read-only", file)
}

// TestTheJournalHasNoSecret and one line for each credential that changed.
func TestTheJournalHasNoSecret(t *testing.T) {
	_, file := actOn(t, "reset", "--all")
	done(t, at(t, file, "exhaust", "openrouter", "primary", "#2", "--reason", "for the night"))
	path := filepath.Join(os.Getenv("XDG_STATE_HOME"), "pooltop", "events.jsonl")
	text := string(readFile(t, path))
	equal(t, "lines", strings.Count(text, "\n"), 7)
	equal(t, "secrets", strings.Contains(text, "SECRET"), false)
	equal(t, "reasons", strings.Count(text, `"reason":"for the night"`), 2)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "its mode", info.Mode().Perm(), 0o600)
}

// Who waits for the lock is told so, once, and after fifteen seconds that it was
// in vain. (Time stands still in the command, or jumps.)
func TestALockThatIsHeld(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	file := sampleFile(t, "backoff.json")
	l := flock.New(poolstate.LockPath(file))
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got := at(t, file, "reset", "openrouter", "backup-key")
	equal(t, "the exit code", got.code, exitLocked)
	waited, gaveUp, _ := strings.Cut(got.stderr, "\n")
	for line, words := range map[string]string{waited: "pooltop: reset: waiting up to 15s for the lock, which ", gaveUp: "pooltop: reset: "} {
		if !strings.HasPrefix(line, words) || strings.Count(line, "\n") > 1 {
			t.Errorf("standard error is %q", got.stderr)
		}
	}
	equal(t, "the file", string(readFile(t, file)), string(sample(t, "backoff.json")))
}
