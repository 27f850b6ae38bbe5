package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
)

// part is the part of an action that affects one file.
type part struct {
	store *snapshot
	seen  []poolstate.Credential
	undos []poolstate.Undo // only set by undo
	move  poolstate.Move   // only set by order
}

// targets returns the credentials that the arguments select, grouped by file. Without
// arguments, it returns all credentials; with only a provider, all credentials of that
// provider. With several stores, each target must exist in at least one of them.
func (sel *selection) targets(args []string) ([]*part, error) {
	if len(args) > 0 {
		if err := sel.checkProvider(args[0]); err != nil {
			return nil, err
		}
	}
	var parts []*part
	var names []string
	found := map[string][]string{} // the profiles that have each target
	byNumber := map[string]bool{}  // targets of the form #n
	for snap, p := range sel.providers {
		if len(args) > 0 && p.Name != args[0] || len(p.Credentials) == 0 {
			continue
		}
		store, seen := snap.ownerOf(&p.Credentials[0]), p.Credentials
		if len(args) > 1 {
			seen = nil
		}
		for _, target := range args[min(len(args), 1):] {
			c, err := findTarget(p, target)
			switch {
			case err != nil:
				return nil, err
			case c == nil:
				continue
			case !slices.ContainsFunc(seen, func(o poolstate.Credential) bool { return o.Ref == c.Ref }):
				seen = append(seen, *c)
			}
			found[target] = append(found[target], store.profile)
			if strings.HasPrefix(target, "#") && target != c.ID && !strings.EqualFold(target, c.Label) {
				byNumber[target] = true
			}
		}
		for i := range p.Credentials {
			names = append(names, p.Credentials[i].Label, p.Credentials[i].ID)
		}
		parts = addTo(parts, store, seen)
	}
	for _, target := range args[min(len(args), 1):] {
		switch profiles := found[target]; {
		case len(profiles) > 1 && byNumber[target]:
			return nil, noSuch("%s: several profiles have a credential %s: %s; use an id, a label or --profile", args[0], target, strings.Join(profiles, ", "))
		case len(profiles) == 0:
			return nil, noSuch("%s: no credential %q%s", args[0], sel.scrub(target), suggest.DidYouMean(target, names))
		}
	}
	return parts, nil
}

// addTo adds credentials to the part for their store, creating that part if necessary.
func addTo(parts []*part, store *snapshot, seen []poolstate.Credential) []*part {
	if len(seen) == 0 {
		return parts
	}
	i := slices.IndexFunc(parts, func(p *part) bool { return p.store.identity == store.identity })
	if i < 0 {
		return append(parts, &part{store: store, seen: slices.Clone(seen)})
	}
	parts[i].seen = append(parts[i].seen, seen...)
	return parts
}

// checkProvider returns an error unless a store has the provider. If name is a credential's
// name, or has the form provider/credential, the error suggests both names as separate
// arguments.
func (sel *selection) checkProvider(name string) error {
	var names []string
	hint := ""
	for _, p := range sel.providers {
		if p.Name == name {
			return nil
		}
		names = append(names, p.Name)
		target := strings.TrimPrefix(name, p.Name+"/")
		if c, err := findTarget(p, target); c != nil && err == nil && !strings.HasPrefix(target, "#") {
			hint = fmt.Sprintf(" (did you mean %s %s?)", p.Name, sel.scrub(target))
		}
	}
	return noSuch("no provider %q%s", sel.scrub(name), cmp.Or(hint, suggest.DidYouMean(name, names)))
}

// scrub removes the stores' secrets from an argument before it is quoted in an error.
func (sel *selection) scrub(word string) string {
	for snap := range sel.readable {
		for s := snap; s != nil; s = s.root {
			if err := poolstate.Open(s.path).Scrub(&word); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return "…" // the file is no longer readable, so the word might be a secret
			}
		}
	}
	return word
}

// findTarget returns the credential that a TARGET argument refers to, or nil if there is none.
// A target is an id, a label (in any case), or #n, the number shown by list, in this order of
// precedence. If it is ambiguous, the error lists the numbers of the credentials.
func findTarget(p *poolstate.Provider, target string) (*poolstate.Credential, error) {
	var byID, byLabel []*poolstate.Credential
	for i := range p.Credentials {
		c := &p.Credentials[i]
		switch {
		case target == "": // must not match an empty id or label
		case c.ID == target:
			byID = append(byID, c)
		case strings.EqualFold(c.Label, target):
			byLabel = append(byLabel, c)
		}
	}
	what, found := "id", byID
	if len(byID) == 0 {
		what, found = "label", byLabel
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var choices []string
		for _, c := range found {
			choices = append(choices, fmt.Sprintf("#%d", c.Index))
		}
		return nil, noSuch("%s: %d credentials have the %s %q: use one of %s", p.Name, len(found), what, target, strings.Join(choices, ", "))
	}
	if digits, ok := strings.CutPrefix(target, "#"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= len(p.Credentials) {
			return &p.Credentials[n-1], nil
		}
	}
	return nil, nil
}

func noSuch(format string, args ...any) error {
	return &codedError{exitNoSuch, fmt.Errorf(format, args...)}
}
