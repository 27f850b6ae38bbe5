package poolstate

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestLocation_Profiles(t *testing.T) {
	root := t.TempDir()
	dir := func(parts ...string) string {
		path := filepath.Join(append([]string{root, "profiles"}, parts...)...)
		must(t, os.MkdirAll(path, 0o700))
		return path
	}
	store := func(home string) { must(t, os.WriteFile(filepath.Join(home, "auth.json"), []byte("{}"), 0o600)) }
	names := func() string {
		t.Helper()
		profiles, err := Location{Home: root}.Profiles()
		must(t, err)
		var out []string
		for _, p := range profiles {
			out = append(out, fmt.Sprintf("%q %v", p.Name, p.Exists))
			if filepath.Base(p.Path) != "auth.json" || ProfileOf(p.Path) != p.Name {
				t.Errorf("%q is at %q", p.Name, p.Path)
			}
		}
		return strings.Join(out, ", ")
	}
	equal(t, "without profiles", names(), `"default" false`)
	store(root)
	store(dir("work"))
	store(dir("default")) // a reserved name
	dir("empty")
	must(t, os.WriteFile(filepath.Join(root, "profiles", "file"), nil, 0o600))
	equal(t, "with profiles", names(), `"default" true, "empty" false, "work" true`)
	if runtime.GOOS != "windows" {
		store(dir("a\x1b[31m\nb"))
		must(t, os.Symlink("work", filepath.Join(root, "profiles", "link")))
		must(t, os.Symlink("missing", filepath.Join(root, "profiles", "broken")))
		must(t, os.Symlink("loop", filepath.Join(root, "profiles", "loop")))
		equal(t, "with unusual names", names(), `"default" true, "a\x1b[31m\nb" true, "empty" false, "link" true, "work" true`)
	}
	want := names()
	for i := range 200 {
		dir(fmt.Sprintf("x%03d", i))
		want += fmt.Sprintf(`, "x%03d" false`, i)
	}
	equal(t, "with many", names(), want)

	profiles, err := Location{Home: dir("work")}.Profiles()
	must(t, err)
	equal(t, "profiles from a profile", profiles[0].Path, filepath.Join(root, "auth.json"))
	other := t.TempDir()
	must(t, os.WriteFile(filepath.Join(other, "profiles"), nil, 0o600))
	if profiles, err := (Location{Home: other}).Profiles(); err == nil {
		t.Errorf("no error for a file named profiles; got %v", profiles)
	}
}

func TestRootStore(t *testing.T) {
	for path, want := range map[string]string{
		"/h/auth.json": "", "/h/profiles/work/auth.json": "/h/auth.json", "/h/profiles/work/pool.json": "", "/h/profiles/auth.json": "",
		"/h/profiles/a/profiles/b/auth.json": "/h/profiles/a/auth.json",
	} {
		equal(t, path, filepath.ToSlash(RootStore(filepath.FromSlash(path))), want)
	}
}

// poolOrNil decodes a value of credential_pool, or returns nil for "".
func poolOrNil(t *testing.T, pool string) *Pool {
	t.Helper()
	if pool == "" {
		return nil
	}
	return decoded(t, fmt.Sprintf(`{"credential_pool": %s}`, pool))
}

func TestBorrow(t *testing.T) {
	const one = `{"id": "a", "access_token": "1", "last_refresh": "2026-11-23T09:00:00Z", "source": "manual"}`
	entries := func(provider, list string) string { return fmt.Sprintf(`{%q: [%s]}`, provider, list) }
	for _, tt := range []struct{ name, own, root, want string }{
		{"no file", "", entries("p", one), "p/a from default"},
		{"no pool", "null", entries("p", one), "p/a from default"},
		{"empty pool", "{}", entries("p", one), "p/a from default"},
		{"empty list", entries("p", ""), entries("p", one), "p/a from default"},
		{"other provider", entries("q", `{"id": "b", "access_token": "2"}`), entries("p", one), "p/a from default, q/b"},
		{"borrowed provider is sorted after own one", entries("a", `{"id": "b", "access_token": "2"}`), entries("p", one), "a/b, p/a from default"},
		{"own entries, all dead", entries("p", `{"id": "b", "access_token": "2", "last_status": "dead"}`), entries("p", one), "p/b"},
		{"no root", entries("p", one), "", "p/a"},
		{"neither", "", "", ""},
		{"provider name that agents never read", "{}", entries("P", one), ""},
		{"own provider name that agents never read", entries("P", one), entries("p", one), "P/a, p/a from default"},
		{
			"providers whose borrowed entries agents change", "{}", `{"anthropic": [` + one + `], "nous": [` + one + `], "openai-codex": [` + one + `], "xai-oauth": [` + one + `]}`,
			"anthropic/a from default, nous/a from default, openai-codex/a from default, xai-oauth/a from default",
		},

		{"copy", entries("p", one), entries("p", one), "p/a copied from default"},
		{"copy with another id", entries("p", strings.Replace(one, `"a"`, `"z"`, 1)), entries("p", one), "p/z copied from default"},
		{"older copy", entries("p", strings.NewReplacer(`"1"`, `"0"`, "09:00", "08:00").Replace(one)), entries("p", one), "p/a copied from default, which has newer tokens"},
		{"newer tokens than the root's entry", entries("p", strings.NewReplacer(`"1"`, `"0"`, "09:00", "10:00").Replace(one)), entries("p", one), "p/a"},
		{"other source with the same id", entries("p", strings.NewReplacer(`"1"`, `"0"`, "09:00", "08:00", "manual", "env:X").Replace(one)), entries("p", one), "p/a"},
		{"older copy, by expiry", entries("p", `{"id": "a", "access_token": "0", "expires_at": 1795420000}`), entries("p", `{"id": "a", "access_token": "1", "expires_at": 1795430000}`), "p/a copied from default, which has newer tokens"},
		{"different tokens without times", entries("p", `{"id": "a", "access_token": "0"}`), entries("p", `{"id": "a", "access_token": "1"}`), "p/a"},
		{
			"same environment variable", entries("p", `{"id": "a", "source": "env:X", "secret_fingerprint": "sha256:e62f29a33316924b"}`),
			entries("p", `{"id": "a", "source": "env:X", "secret_fingerprint": "sha256:e62f29a33316924b"}`), "p/a",
		},
		{"placeholder", entries("p", `{"id": "a", "access_token": "none"}`), entries("p", `{"id": "a", "access_token": "none"}`), "p/a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			own, root := poolOrNil(t, tt.own), poolOrNil(t, tt.root)
			var got []string
			pool := Borrow(own, root)
			for c := range pool.All() {
				words := c.String()
				if c.BorrowedFrom != "" {
					words += " from " + c.BorrowedFrom
				}
				if c.Copy != NoCopy {
					words += " " + c.Copy.String()
				}
				got = append(got, words)
			}
			equal(t, "credentials", strings.Join(got, ", "), tt.want)
			equal(t, "there is a pool", pool.HasPool, own != nil && own.HasPool || strings.Contains(tt.want, " from "))
			for _, p := range []*Pool{own, root} {
				for p := range pointers(p) {
					if p.BorrowedFrom != "" || p.Copy != NoCopy {
						t.Errorf("%s was changed", p.Ref)
					}
				}
			}
		})
	}
}

// pointers returns the credentials of a pool, which may be nil.
func pointers(p *Pool) func(func(*Credential) bool) {
	if p == nil {
		p = &Pool{}
	}
	return p.All()
}

// Shares lists only credentials that the profile uses. A streak of the root affects the
// policy only if entries of the root are borrowed.
func TestBorrow_SharesAndPolicy(t *testing.T) {
	const two = `"p": [{"id": "a", "access_token": "1", "consecutive_failures": 1}]`
	pool := Borrow(poolOrNil(t, `{"q": [{"id": "c", "access_token": "1"}]}`),
		poolOrNil(t, `{`+two+`, "q": [{"id": "b", "access_token": "1"}]}`))
	equal(t, "shares", fmt.Sprint(pool.Provider("p").Credentials[0].Shares), "[p/a q/c]")
	equal(t, "policy", PolicyChoice{}.Resolve(pool, NoEvidence).String(), "backoff")
	shadowed := Borrow(poolOrNil(t, `{"p": [{"id": "c", "access_token": "2"}]}`), poolOrNil(t, `{`+two+`}`))
	equal(t, "policy without borrowed entries", PolicyChoice{}.Resolve(shadowed, NoEvidence).String(), "flat")
}

func TestMarkProfiles(t *testing.T) {
	account := func(id string, serial int) string {
		return fmt.Sprintf(`{"id": %q, "access_token": %q}`, id, jwt(fmt.Sprintf(`{"email": "a@example.com", "n": %d}`, serial)))
	}
	root := poolOrNil(t, `{"p": [`+account("a", 1)+`, {"id": "k", "access_token": "1"}], "q": [{"id": "n", "access_token": "none"}]}`)
	work := poolOrNil(t, `{"p": [`+account("b", 2)+`, `+account("c", 3)+`], "q": [{"id": "n", "access_token": "none"}]}`)
	play := Borrow(nil, root)
	MarkProfiles([]string{"default", "work", "play"}, []*Pool{root, work, play})
	for _, tt := range []struct {
		pool *Pool
		ref  Ref
		want string
	}{
		{root, Ref{Provider: "p", ID: "a"}, "[default work]"},
		{root, Ref{Provider: "p", ID: "k"}, "[]"},
		{root, Ref{Provider: "q", ID: "n"}, "[]"},
		{work, Ref{Provider: "p", ID: "b"}, "[default work]"},
		{work, Ref{Provider: "p", ID: "c"}, "[default work]"},
		{play, Ref{Provider: "p", ID: "a"}, "[]"},
	} {
		equal(t, tt.ref.String(), fmt.Sprint(tt.pool.Find(tt.ref).Profiles), tt.want)
	}
	equal(t, "summary", root.Summarize(Flat(), time.Unix(0, 0)).Total, 3)

	both := poolOrNil(t, `{"p": [{"id": "a", "access_token": "1"}], "q": [{"id": "b", "access_token": "1"}]}`)
	merged := Merge([]View{{"default", both, Flat()}, {"work", both, Flat()}})
	equal(t, "profiles of a secret of two providers", fmt.Sprint(merged.Provider("q").Credentials[1].Profiles), "[default work]")
}
