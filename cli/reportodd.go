package cli

import (
	"fmt"
	"io/fs"
	"runtime"
	"slices"

	"pooltop/poolstate"
)

// The kinds of oddities, as the JSON names them.
const (
	oddJournal   = "journal"
	oddNoPool    = "no_pool"
	oddFileMode  = "file_mode"
	oddDirMode   = "directory_mode"
	oddNote      = "note"
	oddOutage    = "outage"
	oddDeadline  = "suspect_deadline"
	oddSecret    = "shared_secret"
	oddToken     = "expired_token"
	oddStatus    = "unknown_status"
	oddFieldName = "unknown_fields"
)

// oddity is something that may explain a trouble, or be one.
type oddity struct {
	kind string
	// said is one clause of pooltop's own words; those of the file's language
	// stand in backticks.
	said string
	// words are the file's, untrusted.
	words    []string
	provider *poolstate.Provider
	// credentials are those that it is about.
	credentials []*poolstate.Credential
}

// findOddities looks for all of them, the file's first. What several credentials
// have in common is one.
func (r *report) findOddities(unkept string) []oddity {
	var out []oddity
	if unkept != "" {
		out = append(out, oddity{kind: oddJournal, said: unkept})
	}
	out = append(out, r.file.oddities()...)
	if !r.readable() {
		return out
	}
	if !r.pool.HasPool {
		out = append(out, oddity{kind: oddNoPool, said: "the file has no `credential_pool`"})
	}
	for i := range r.pool.Providers {
		p := &r.pool.Providers[i]
		for _, note := range p.Notes {
			out = append(out, oddity{kind: oddNote, said: note, provider: p})
		}
		if n := p.Outage(r.policy, r.now); n > 0 {
			said := fmt.Sprintf("looks like an outage at the provider, not %d bad keys", n)
			out = append(out, oddity{kind: oddOutage, said: said, provider: p})
		}
	}
	return append(append(out, r.oddCredentials()...), r.oddFields()...)
}

// oddCredentials are the oddities of credentials, by kind and then in the order
// of the pool.
func (r *report) oddCredentials() []oddity {
	type key struct {
		kind, said, word string
		group            *poolstate.Ref // one for each group with a secret in common
	}
	place := map[key]int{}
	var out []oddity
	add := func(c *poolstate.Credential, k key) {
		i, found := place[k]
		if !found {
			i = len(out)
			place[k] = i
			out = append(out, oddity{kind: k.kind, said: k.said})
			if k.word != "" {
				out[i].words = []string{k.word}
			}
		}
		out[i].credentials = append(out[i].credentials, c)
	}
	for c := range r.pool.All() {
		if d := r.policy.Deadline(c, r.now); d.Suspect {
			said := "more than 31 days ahead"
			if d.At.Before(c.StatusAt) {
				said = "before its own exhaustion"
			}
			add(c, key{kind: oddDeadline, said: said})
		}
		if len(c.Shares) > 1 {
			add(c, key{kind: oddSecret, said: "they share one quota", group: &c.Shares[0]})
		}
		if !c.ExpiresAt.IsZero() && !r.now.Before(c.ExpiresAt) {
			add(c, key{kind: oddToken, said: "apart from any cooldown"})
		}
		if c.Status == poolstate.StatusOther {
			add(c, key{kind: oddStatus, said: "taken for usable, as the agent does", word: c.StatusText})
		}
	}
	slices.SortStableFunc(out, func(a, b oddity) int { return slices.Index(oddOrder, a.kind) - slices.Index(oddOrder, b.kind) })
	return out
}

// oddOrder is the order in which oddities of credentials are told.
var oddOrder = []string{oddDeadline, oddSecret, oddToken, oddStatus}

// maxFieldName is the longest name that is told of an unknown field. What is
// longer is none; a key or a token may have got there.
const maxFieldName = 32

// oddFields tells the fields that pooltop does not know. An anonymous report
// tells those that a program may have named.
func (r *report) oddFields() []oddity {
	var names []string
	for _, name := range r.pool.UnknownKeys {
		if len(name) <= maxFieldName && (!r.anonymous || isWord(name)) {
			names = append(names, name)
		}
	}
	said := ""
	switch n := len(r.pool.UnknownKeys) - len(names); {
	case len(r.pool.UnknownKeys) == 0:
		return nil
	case n > 0 && len(names) > 0:
		said = fmt.Sprintf("%d more whose names are no words", n)
	case n > 0:
		said = fmt.Sprintf("%d whose names are no words", n)
	}
	return []oddity{{kind: oddFieldName, said: said, words: names}}
}

// isWord reports whether a text looks like a word of a program's language, such
// as rate_limit_error, and not like what a person wrote.
func isWord(s string) bool {
	if s == "" || len(s) > maxFieldName || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return true
}

// oddities are what is wrong with the permissions of a file full of secrets.
// Elsewhere than on Unix modes tell nothing.
func (f *fileFacts) oddities() []oddity {
	if runtime.GOOS == "windows" {
		return nil
	}
	const (
		others  fs.FileMode = 0o077
		writing fs.FileMode = 0o022
	)
	var out []oddity
	add := func(kind, said string) { out = append(out, oddity{kind: kind, said: said}) }
	if f.mode.IsRegular() && f.found() {
		if f.mode&others != 0 {
			add(oddFileMode, "not only its owner has access to the file")
		}
		if f.mode&0o600 != 0o600 {
			add(oddFileMode, "its own owner may not read and write the file")
		}
	}
	if f.dirMode != 0 {
		if f.dirMode&writing != 0 {
			add(oddDirMode, "not only its owner may write into the directory")
		}
		if f.dirMode&0o700 != 0o700 {
			add(oddDirMode, "its own owner may not use the directory")
		}
	}
	return out
}
