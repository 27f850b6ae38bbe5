package filter

import (
	"strings"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// fold makes the cases of each letter equal. Some letters have more than two, such
// as the sigmas, which only share their capital.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }

// clean prepares a text of the file for matching: it compares as it is shown.
func clean(s string) string { return fold(text.Clean(s, text.RowLimit)) }

// contains returns a parser for values that must be a part of a text of the
// credential.
func contains(of func(*poolstate.Credential) string) func(string) (predicate, error) {
	return func(part string) (predicate, error) {
		return func(c *poolstate.Credential, _ poolstate.Availability) bool {
			return strings.Contains(clean(of(c)), part)
		}, nil
	}
}

// freeText matches a part of any text of the credential; in the name, unless it is
// literal, also the letters of the part in their order.
func freeText(part string, literal bool) predicate {
	inName := hasLetters
	if literal {
		inName = strings.Contains
	}
	return func(c *poolstate.Credential, _ poolstate.Availability) bool {
		if inName(fold(text.CredentialName(c)), part) {
			return true
		}
		for _, s := range [...]string{c.Provider, c.ID, c.Source, c.ErrorReason, text.Failure(c), c.ErrorMessage} {
			if strings.Contains(clean(s), part) {
				return true
			}
		}
		return false
	}
}

// hasLetters reports whether s has the letters in their order.
func hasLetters(s, letters string) bool {
	for _, r := range letters {
		_, after, found := strings.Cut(s, string(r))
		if !found {
			return false
		}
		s = after
	}
	return true
}
