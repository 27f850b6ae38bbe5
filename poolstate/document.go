package poolstate

import (
	"errors"

	"pooltop/poolstate/internal/jsonedit"
)

// Top-level keys of the store.
const (
	keyPool      = "credential_pool"
	keyProviders = "providers"
	keyUpdatedAt = "updated_at"
)

// ErrNotPool is the error of a JSON file whose credential_pool is not an object.
// Such a file is never written.
var ErrNotPool = errors.New("credential_pool is not an object")

// SyntaxError is the error of a file that is not a JSON object. It says where,
// and quotes nothing of the file.
type SyntaxError = jsonedit.SyntaxError

// document is a parsed store: its bytes and where the entries are in them.
type document struct {
	data []byte
	root *jsonedit.Value
	// pool is nil in a file without one.
	pool *jsonedit.Value
	// lists are the providers' values by name. Of a name that is given twice, the
	// last one counts.
	lists map[string]*jsonedit.Value
}

// parse parses a store. Its errors are *SyntaxError and ErrNotPool.
func parse(data []byte) (*document, error) {
	root, err := jsonedit.Parse(data)
	if err != nil {
		return nil, err
	}
	if !root.IsObject() {
		return nil, &SyntaxError{Line: 1, Column: 1, NotObject: true}
	}
	doc := &document{data: data, root: root, lists: map[string]*jsonedit.Value{}}
	switch pool := root.Find(keyPool); {
	case pool == nil || string(pool.Raw) == "null":
	case !pool.IsObject():
		return nil, ErrNotPool
	default:
		doc.pool = pool
		for i := range pool.Members {
			doc.lists[pool.Members[i].Key] = &pool.Members[i].Value
		}
	}
	return doc, nil
}

// entry returns the value of a credential of the document's pool.
func (doc *document) entry(c *Credential) *jsonedit.Value {
	return &doc.lists[c.Provider].Items[c.Position]
}
