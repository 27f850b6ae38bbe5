package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
)

// privateNames are names that look like public names but are not in the allow-lists.
var privateNames = []string{
	"quill", "acme_internal", "acme-llm-2", "llm.quill.example", "custom:together.ai", "Anthropic", "anthropic ", "anthrοpic",
	"open-router", "rate_limit_quill", "resting", "x", "Quill's key, Wharf St 7", "~/quill", "ключ", "a\x1b[31m\u202eb", "|`@quill`|", "../auth.json",
}

func TestAnonymize_ConsistentNumbers(t *testing.T) {
	path := agentStore(t, `{"credential_pool": {"custom:b": [{"id": "x", "access_token": "s"}], "custom:a": [
		{"id": "x", "last_status": "dead", "last_status_at": 1795425000, "access_token": "s"}, {"access_token": "none", "label": "l", "last_status": "resting"}, {"access_token": "none", "label": "m"}]}}`)
	o := optionsFor(path)
	o.Anonymous = true
	at := now.Add(-time.Minute)
	o.Journal = journalWith(t, path,
		poolstate.Record{At: at, Kind: poolstate.EventReady, Provider: "custom:b", ID: "x"},
		poolstate.Record{At: at, Kind: poolstate.EventReady, Provider: "custom:a", Label: "m"},
		poolstate.Record{At: at, Kind: poolstate.EventRemoved, Provider: "custom:c", ID: "gone"})
	r := Collect(o)
	var got []string
	for _, p := range r.Providers {
		for _, c := range p.Credentials {
			got = append(got, p.Name+"/"+*c.ID)
		}
	}
	for _, e := range r.Events {
		got = append(got, *e.Provider+"/"+*e.ID)
	}
	for _, f := range r.Findings {
		if len(f.Credentials) > 0 {
			got = append(got, fmt.Sprintf("%s%v%v", f.Kind, f.Words, f.Credentials))
		}
	}
	want := []string{
		"provider-1/c1", "provider-1/c2", "provider-1/c3", "provider-2/c4",
		"provider-1/c1", "provider-2/c4", "provider-1/c3", "provider-3/c5",
		"removal[][provider-1/c1]", "shared_secret[][provider-1/c1 provider-2/c4]", "unknown_status[status-1][provider-1/c2]",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestAnonymizer_EveryString sets all string fields by reflection, so that it also covers
// fields that are added later.
func TestAnonymizer_EveryString(t *testing.T) {
	var c poolstate.Credential
	var r poolstate.Record
	fill(reflect.ValueOf(&c).Elem())
	fill(reflect.ValueOf(&r).Elem())
	a := anonymizer{}
	pool := a.pool(&poolstate.Pool{Providers: []poolstate.Provider{{Name: "quill", Credentials: []poolstate.Credential{c}}}})
	for _, v := range []any{pool.Providers, a.record(&r)} {
		if text := asJSON(t, v); strings.Contains(text, "quill") {
			t.Errorf("a name remains in %s", text)
		}
	}
}

// fill sets all exported strings in v, including those in nested values.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("quill")
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	}
}

func TestAnonymize_Path(t *testing.T) {
	for name, want := range map[string]string{"auth.json": "auth.json", "quill.json": ""} {
		for _, content := range []string{poolOf(), "{"} {
			path := filepath.Join(t.TempDir(), "quill", name)
			must(t, os.Mkdir(filepath.Dir(path), 0o700))
			must(t, os.WriteFile(path, []byte(content), 0o600))
			o := optionsFor(path)
			o.Anonymous = true
			if o.Problem != "" {
				o.Problem = "cannot read " + path
			}
			r := Collect(o)
			text := r.Markdown() + asJSON(t, r) + fmt.Sprint(r.Err())
			if strings.Contains(text, "quill") || r.displayPath != want {
				t.Errorf("%s: path %q in:\n%s", path, r.displayPath, text)
			}
		}
	}
}

// anonymousReport returns an anonymous report, as Markdown and JSON, on a store with the
// given text in every free-form field. A suffix is appended to the file to make it invalid.
// Keys that end with the text have no string values, because such a key could mark its value
// as a secret.
func anonymousReport(t testing.TB, text, suffix string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	must(t, err)
	in := string(quoted[1 : len(quoted)-1])
	path := agentStore(t, strings.ReplaceAll(`{"X 1": {"y": "X"}, "active_provider": "X", "providers": {"X 1": {"y": "X"}}, "credential_pool": {"a X 1": "X", "b X 1": [
		{"access_token": "none", "id": "X", "label": "X", "source": "X", "auth_type": "X", "base_url": "X", "x_X_y": "X", "secret_fingerprint": "X",
		 "last_status": "exhausted", "last_status_at": 1795425000, "last_error_code": 429, "last_error_reason": "X",
		 "last_error_message": "X", "failure_reason": "X", "model_cooldowns": {"X": 1795426000}},
		{"access_token": "none", "id": "X", "label": "X", "last_status": "X", "x_X_y": {"y": "X"}},
		{"access_token": "none", "label": "X", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reason": "operator_hold", "last_error_message": "X"},
		"X"], "openrouter": [{"access_token": "none", "id": "c-X", "last_status": "dead", "last_status_at": 1795425000, "last_error_reason": "X X"}]}}`, "X", in)+suffix)
	o := optionsFor(path)
	o.Anonymous = true
	at := now.Add(-time.Minute)
	o.Journal = journalWith(t, path,
		poolstate.Record{At: at, Kind: poolstate.EventHeld, Provider: "b " + text + " 1", ID: text, Label: text, Reason: text, Source: text},
		poolstate.Record{At: at, Kind: poolstate.EventExhausted, Provider: text + " 2", Label: text, Reason: text, Message: text, After: poolstate.State{Status: &text}},
		poolstate.Record{At: at, Kind: poolstate.EventFileUnreadable, Message: text})
	r := Collect(o)
	r.File.Size, r.File.ModifiedAt = nil, jsonout.Time{} // not part of the content
	return r.Markdown() + asJSON(t, r) + fmt.Sprint(r.Err())
}

// FuzzAnonymize checks that an anonymous report does not depend on strings that are not in
// the allow-lists.
func FuzzAnonymize(f *testing.F) {
	for _, name := range privateNames {
		f.Add(name)
	}
	f.Add("an_auth") // a key that ends in this text would mark its value as a secret
	lower, upper := anonymousReport(f, "reference text", ""), anonymousReport(f, "Reference text", "")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "?")
		word := strings.ToLower(strings.TrimSpace(text))
		if word == "" || slices.Contains(slices.Concat(knownProviders, knownReasons, knownStatuses, knownAuthTypes, knownFields), word) {
			t.Skip("a known name")
		}
		want := lower
		if strings.ToLower(text) != text { // an uppercase provider name adds a finding
			want = upper
		}
		if got := anonymousReport(t, text, ""); got != want {
			t.Errorf("the report depends on %q:\n%s\n%s", text, got, want)
		}
		if got := anonymousReport(t, text, "{"); len(text) > 8 && strings.Contains(got, text) {
			t.Errorf("the report on an unreadable file quotes %q", text)
		}
	})
}
