package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pooltop/cli/internal/suggest"
	"pooltop/poolstate"
)

// findTarget returns the credential that TARGET names: an id, else a label in any
// case, else #n, the index that list shows.
func findTarget(p *poolstate.Provider, target string) (poolstate.Credential, error) {
	for i := range p.Credentials {
		if c := &p.Credentials[i]; c.ID != "" && c.ID == target {
			return *c, nil
		}
	}
	var handles []string
	var found poolstate.Credential
	for i := range p.Credentials {
		if c := &p.Credentials[i]; strings.EqualFold(c.Label, target) && c.Label != "" {
			found = *c
			handles = append(handles, c.Handle())
		}
	}
	switch {
	case len(handles) == 1:
		return found, nil
	case len(handles) > 1:
		return found, noSuch("%d credentials have the label %q: use one of %s", len(handles), target, strings.Join(handles, ", "))
	}
	if digits, ok := strings.CutPrefix(target, "#"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= len(p.Credentials) {
			return p.Credentials[n-1], nil
		}
	}
	var names []string
	for i := range p.Credentials {
		names = append(names, p.Credentials[i].Label, p.Credentials[i].ID)
	}
	return found, noSuch("no credential %q%s", target, suggest.DidYouMean(target, names))
}

func noSuch(format string, args ...any) error {
	return &codedError{exitNoSuch, fmt.Errorf(format, args...)}
}

// provider returns the provider of that name.
func (snap *snapshot) provider(name string) (*poolstate.Provider, error) {
	if p := snap.pool.Provider(name); p != nil {
		return p, nil
	}
	return nil, noSuch("no provider %q%s", name, suggest.DidYouMean(name, snap.providerNames()))
}

// targets returns the credentials that the arguments name. No argument means every
// credential, a provider without targets means all of its credentials.
func (snap *snapshot) targets(args []string) ([]poolstate.Credential, error) {
	var out []poolstate.Credential
	if len(args) == 0 {
		for c := range snap.pool.All() {
			out = append(out, *c)
		}
		return out, nil
	}
	p, err := snap.provider(args[0])
	if err != nil {
		return nil, err
	}
	if len(args) == 1 {
		return append(out, p.Credentials...), nil
	}
	seen := map[poolstate.Ref]bool{}
	for _, target := range args[1:] {
		c, err := findTarget(p, target)
		if err != nil {
			return nil, within(args[0], err)
		}
		if !seen[c.Ref] {
			out = append(out, c)
		}
		seen[c.Ref] = true
	}
	return out, nil
}

// within prefixes an error with its context and keeps its exit code.
func within(what string, err error) error {
	var coded *codedError
	if errors.As(err, &coded) && coded.err == nil {
		return err
	}
	return &codedError{exitCode(err), fmt.Errorf("%s: %w", what, err)}
}
