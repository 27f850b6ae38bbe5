package poolstate

import (
	"errors"
	"io/fs"
	"testing"
)

// What is made ahead of the lock counts for nothing when the file has changed
// by the time that the lock is held.
func TestWhatIsMadeAheadOfTheLockIsCheckedUnderIt(t *testing.T) {
	s := newStore(t, storeOf(`{"id": "a", "request_count": 1}`))
	f := withFaults(s, nil)
	f.info = func(info fs.FileInfo) fs.FileInfo {
		if f.taken["Stat"] == 2 { // under the lock
			writeFile(t, s.Path(), storeOf(`{"id": "b"}`, `{"id": "a", "request_count": 7}`))
		}
		return info
	}
	err := update(t.Context(), s, Ref{"p", "a", 0}, func(c Credential) Change { return Used(c, 1) })
	wantErr(t, err, nil)
	equal(t, "requests", find(t, load(t, s), Ref{"p", "a", 1}).RequestCount, Some(8))
}

// An edit that would break the file takes nobody's place.
func TestABrokenEditIsNotWritten(t *testing.T) {
	for _, broken := range []string{`{"credential_pool": {"p": [{"id": "a"}}`, `{"credential_pool": []}`, `{} {}`, ``} {
		s := newStore(t, small)
		err := untouched(t, s, small, func() error {
			return s.write(t.Context(), nil, func([]byte, bool) (revision, error) { return whole([]byte(broken)), nil })
		})
		var syntax *SyntaxError
		if !errors.As(err, &syntax) && !errors.Is(err, ErrNotPool) {
			t.Errorf("%s: the error is %v", broken, err)
		}
	}
}
