package poolstate

import (
	"encoding/base64"
	"iter"
	"slices"
	"strings"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// maxJWT is the maximum length in bytes of a token that claimsOf decodes.
const maxJWT = 64 << 10

// claimsOf decodes the claims of a token without checking its signature. It returns nil
// if token is not a JWT.
func claimsOf(token string) *jsonedit.Value {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > maxJWT {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	claims, _ := jsonedit.Parse(payload) // nil on error
	return claims
}

// addAccounts adds digests of the account identifiers in claims, including nested ones.
// Each digest includes the provider, so accounts at different providers never match.
func (c *Credential) addAccounts(claims *jsonedit.Value) {
	for _, key := range []string{"account_id", "chatgpt_account_id", "email"} {
		if name, _ := jsonedit.Text(claims.RawOf(key)); name != "" {
			kind := "id"
			if key == "email" {
				kind = key
			}
			c.accounts = append(c.accounts, redact.DigestOf(c.Provider+"\x00"+kind+"\x00"+strings.ToLower(name)))
		}
	}
	for _, key := range []string{"https://api.openai.com/auth", "https://api.openai.com/profile"} {
		if nested := claims.Find(key); nested != nil {
			c.addAccounts(nested)
		}
	}
}

// byAccount groups the credentials that have the same secret or belong to the same
// account. Each group has at least two members.
func byAccount(credentials iter.Seq[*Credential]) (groups [][]*Credential) {
	parent := map[Digest]Digest{} // a union-find forest of secrets and account identifiers
	root := func(d Digest) Digest {
		for up, ok := parent[d]; ok; up, ok = parent[d] {
			if upper, ok := parent[up]; ok {
				parent[d] = upper // path halving
			}
			d = up
		}
		return d
	}
	names := map[*Credential]Digest{}
	for c := range credentials {
		for _, name := range append(slices.Clip(c.accounts), c.Secret) {
			switch first, found := names[c]; {
			case name.IsZero():
			case !found:
				names[c] = name
			case root(name) != root(first):
				parent[root(name)] = root(first)
			}
		}
	}
	index := map[Digest]int{} // maps the root of a group to its index in groups
	for c := range credentials {
		name, found := names[c]
		if !found {
			continue
		}
		name = root(name)
		i, known := index[name]
		if !known {
			i, index[name] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return slices.DeleteFunc(groups, func(g []*Credential) bool { return len(g) < 2 })
}

// accountSet counts the different accounts of credentials. Credentials with the same secret
// always belong to one account. Others do if their tokens name the same account id or e-mail
// address; see [Credential.Shares].
type accountSet struct {
	n     int
	known map[Ref]bool // accounts with several credentials, by the first of Shares
}

func newAccountSet() accountSet { return accountSet{known: map[Ref]bool{}} }

// add adds the account of c and returns the number of accounts.
func (s *accountSet) add(c *Credential) int {
	if c.Shares != nil {
		if s.known[c.Shares[0]] {
			return s.n
		}
		s.known[c.Shares[0]] = true
	}
	s.n++
	return s.n
}
