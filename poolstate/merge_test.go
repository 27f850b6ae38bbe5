package poolstate

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// merged returns the merged pool of a root and two profiles. The "work" profile has a copy of
// the root's credential and another provider. The "cron" profile borrows the root's
// credential.
func merged(t *testing.T, now time.Time) *Pool {
	t.Helper()
	failed := fmt.Sprintf(`"last_status": "exhausted", "last_error_code": 429, "last_status_at": %d`, now.Add(-90*time.Minute).Unix())
	root := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "1", "source": "manual", `+failed+`, "consecutive_failures": 2}, 7]}}`)
	work := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "1", "source": "manual", `+failed+`}, 7], "q": [{"id": "b", "access_token": "2"}]}}`)
	return Merge([]View{
		{"default", root, Backoff()},
		{"work", Borrow(work, root), Flat()},
		{"cron", Borrow(nil, root), Backoff()},
	})
}

func TestMerge(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	pool := merged(t, now)
	var got []string
	for c := range pool.All() {
		got = append(got, fmt.Sprintf("%s/%s %v repeated=%v by=%v shares=%d profiles=%v", c.Profile, c.Ref,
			Flat().Availability(c, now), c.Repeated, c.BorrowedBy, len(c.Shares), c.Profiles))
	}
	equal(t, "credentials", strings.Join(got, "\n"), strings.Join([]string{
		"default/p/a cooling repeated=false by=[cron] shares=2 profiles=[default work]",
		"work/p/a due repeated=false by=[] shares=2 profiles=[default work]",
		"cron/p/a cooling repeated=true by=[] shares=0 profiles=[]",
		"work/q/b ready repeated=false by=[] shares=0 profiles=[]",
	}, "\n"))
	sum := pool.Summarize(Flat(), now)
	equal(t, "total", sum.Total, 3)
	f := pool.Forecast(Flat(), now)
	equal(t, "credentials of the forecast", f.Credentials, 3)
	equal(t, "accounts of the forecast", f.Total, 2)
	for c := range pool.All() {
		equal(t, "found "+c.Profile, pool.Find(c.Ref), c)
	}
	equal(t, "original", pool.Find(pool.Provider("p").Credentials[2].Original()), &pool.Provider("p").Credentials[0])
	equal(t, "notes", strings.Join(pool.Provider("p").Notes, "; "),
		"default: entry 2 is not an object, left unchanged; work: entry 2 is not an object, left unchanged")
	equal(t, "profiles", strings.Join(pool.Profiles, " "), "default work cron")
	part := pool.Provider("p").Of("work")
	equal(t, "part of a provider", len(part.Credentials), 1)
	equal(t, "credential of a part", &part.Credentials[0], &pool.Provider("p").Credentials[1])
	equal(t, "notes of a part", strings.Join(part.Notes, "; "), "entry 2 is not an object, left unchanged")
	equal(t, "part that a profile does not have", len(pool.Provider("q").Of("cron").Credentials), 0)
	equal(t, "accounts of an outage", pool.Provider("p").Outage(Flat(), now), 0) // a single account is not an outage
}

// A credential that several profiles borrow counts once, even if the root is not shown.
func TestMerge_WithoutRoot(t *testing.T) {
	root := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "1"}]}}`)
	pool := Merge([]View{{"work", Borrow(nil, root), Flat()}, {"cron", Borrow(nil, root), Flat()}})
	sum := pool.Summarize(Flat(), time.Time{})
	equal(t, "total", sum.Total, 1)
	equal(t, "borrowers", fmt.Sprint(pool.Providers[0].Credentials[0].BorrowedBy), "[cron]")
	equal(t, "repeated", fmt.Sprint(pool.Providers[0].Credentials[0].Repeated, pool.Providers[0].Credentials[1].Repeated), "false true")
}

func TestMerge_SinglePool(t *testing.T) {
	pool := decoded(t, `{"credential_pool": {"p": [{"id": "a"}]}}`)
	equal(t, "pool", Merge([]View{{"", pool, Flat()}}), pool)
	equal(t, "profile of the only view", Merge([]View{{"work", pool, Flat()}}).Providers[0].Credentials[0].Profile, "work")
	equal(t, "no pools", Merge(nil).Len(), 0)
}
