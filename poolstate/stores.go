package poolstate

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Profile is an agent's root or one of its profiles. Each can have its own store.
type Profile struct {
	// Name is [RootProfile] or the name of a directory, which is untrusted text.
	Name string
	// Path is the path of the store.
	Path string
	// Exists is false if there is no store at Path. The profile then uses the root's
	// credentials.
	Exists bool
}

// ProfileAt returns the profile that the store at path belongs to.
func ProfileAt(path string) Profile {
	_, err := os.Stat(path)
	return Profile{Name: ProfileOf(path), Path: path, Exists: !errors.Is(err, fs.ErrNotExist)}
}

// RootStore returns the path of the root's store if the store at path belongs to a
// profile. Otherwise it returns "".
func RootStore(path string) string {
	root, profile := profileOf(filepath.Dir(path))
	if profile == RootProfile || filepath.Base(path) != storeName {
		return ""
	}
	return filepath.Join(root, storeName)
}

// Profiles returns the root, followed by its profiles in order of name. The root is given by
// Home or, if Home is not set, by HERMES_HOME or the platform's default. A profile is a
// directory or a symlink to one. If the profiles cannot be listed, Profiles returns the root
// and an error.
func (l Location) Profiles() ([]Profile, error) {
	path, err := Location{Home: l.Home}.Path()
	if err != nil {
		return nil, err
	}
	return ProfilesOf(cmp.Or(RootStore(path), path))
}

// ProfilesOf is like [Location.Profiles], for the root whose store is at path.
func ProfilesOf(path string) ([]Profile, error) {
	out, dir := []Profile{ProfileAt(path)}, ProfilesDir(path)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	for _, e := range entries {
		home := filepath.Join(dir, e.Name())
		if info, err := os.Stat(home); err == nil && info.IsDir() && e.Name() != RootProfile {
			out = append(out, ProfileAt(filepath.Join(home, storeName)))
		}
	}
	return out, nil
}

// ProfilesDir returns the directory with the profiles of the root whose store is at path.
func ProfilesDir(path string) string { return filepath.Join(filepath.Dir(path), profilesDir) }

// Copy describes whether an entry of a profile is a copy of one of the root's entries. For most
// providers, an agent copies the root's entries to a profile the first time that it updates one
// of them there. The copies then shadow the originals.
type Copy uint8

// The values of Copy.
const (
	NoCopy    Copy = iota // not a copy
	SameCopy              // has the same tokens as the root's entry
	StaleCopy             // the root has newer tokens, so refreshing the copy may fail
)

// String returns a description such as "copied from default", or "" for NoCopy.
func (c Copy) String() string {
	return wordOf(c, []string{"", "copied from " + RootProfile, "copied from " + RootProfile + ", which has newer tokens"})
}

// Borrow returns the pool that a profile's agent uses: its own entries and, for each
// provider without any, the entries of the root. A pool is nil if its store does not exist. In
// the result, borrowed credentials and copies of the root's credentials are marked. Borrow does
// not change own or root.
//
// Changes to a borrowed credential belong in the root's store. Agents also write them
// there for anthropic, openai-codex, xai-oauth and nous. For other providers, an agent's
// first write copies the root's entries to the profile; until then, the profile has no
// entry to change.
func Borrow(own, root *Pool) *Pool {
	if own == nil {
		own = &Pool{}
	}
	out := *own
	out.Providers = nil
	for _, p := range own.Providers {
		p.Credentials = slices.Clone(p.Credentials)
		if root != nil {
			p.markCopies(root.Provider(p.Name))
		}
		out.Providers = append(out.Providers, p)
	}
	if root == nil {
		return &out
	}
	for _, p := range root.Providers {
		if !readByAgents(p.Name) || len(p.Credentials) == 0 {
			continue
		}
		p.Credentials = slices.Clone(p.Credentials)
		for i := range p.Credentials {
			p.Credentials[i].BorrowedFrom = RootProfile
		}
		switch mine := out.Provider(p.Name); {
		case mine == nil:
			out.insert(p)
		case len(mine.Credentials) == 0:
			*mine = p
		default:
			continue
		}
		out.HasPool = true
		out.carriesStreak, out.newerBuild = out.carriesStreak || root.carriesStreak, out.newerBuild || root.newerBuild
	}
	for c := range out.All() {
		c.Shares, c.SharesSecret = nil, false
	}
	out.markShared()
	return &out
}

// insert adds a provider that is not in the pool, and keeps the providers sorted.
func (p *Pool) insert(provider Provider) {
	i, _ := slices.BinarySearchFunc(p.Providers, provider.Name, func(a Provider, name string) int { return cmp.Compare(a.Name, name) })
	p.Providers = slices.Insert(p.Providers, i, provider)
}

// markCopies sets the Copy field of a profile's entries that duplicate one of the root's: to
// SameCopy if the tokens are equal, or to StaleCopy if the id and the source are equal and the
// root's tokens are newer. It skips entries that only reference a token. root is the provider
// with the same name in the root's pool, or nil.
func (p *Provider) markCopies(root *Provider) {
	if root == nil {
		return
	}
	tokens, byID := map[Digest]bool{}, map[string]*Credential{}
	for i := range root.Credentials {
		c := &root.Credentials[i]
		tokens[c.Tokens], byID[c.ID] = true, c
	}
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if c.referenced || c.Secret.IsZero() {
			continue
		}
		original := byID[c.ID]
		switch {
		case tokens[c.Tokens]:
			c.Copy = SameCopy
		case c.ID != "" && original != nil && original.Source == c.Source && original.refreshedAfter(c):
			c.Copy = StaleCopy
		}
	}
}

// refreshedAfter reports whether c's tokens are newer than o's. It compares
// the times of the last refresh or, if either is unknown, the expiries.
func (c *Credential) refreshedAfter(o *Credential) bool {
	if c.LastRefresh.IsZero() || o.LastRefresh.IsZero() {
		return !o.ExpiresAt.IsZero() && c.ExpiresAt.After(o.ExpiresAt)
	}
	return c.LastRefresh.After(o.LastRefresh)
}

// MarkProfiles sets the Profiles field of credentials in the pools of several profiles;
// names[i] is the profile of pools[i]. It skips borrowed credentials, because the pool of
// their owner contains them too.
func MarkProfiles(names []string, pools []*Pool) {
	profile := map[*Credential]string{}
	all := func(yield func(*Credential) bool) {
		for i, pool := range pools {
			for c := range pool.All() {
				if c.BorrowedFrom != "" {
					continue
				}
				if profile[c] = names[i]; !yield(c) {
					return
				}
			}
		}
	}
	for _, group := range byAccount(all) {
		markProfiles(group, func(c *Credential) string { return profile[c] })
	}
}

// markProfiles sets the Profiles field of the credentials in group, which belong to the same
// account, if they are in several profiles.
func markProfiles(group []*Credential, profileOf func(*Credential) string) {
	var shared []string
	for _, c := range group {
		if name := profileOf(c); !slices.Contains(shared, name) {
			shared = append(shared, name)
		}
	}
	if len(shared) < 2 {
		return
	}
	for _, c := range group {
		c.Profiles = shared
	}
}
