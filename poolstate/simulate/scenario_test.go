package simulate

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"
	"time"

	"pooltop/poolstate"
)

func TestFind(t *testing.T) {
	for _, s := range Scenarios() {
		found, err := Find(s.Name)
		if err != nil || found.Name != s.Name || found.About == "" {
			t.Errorf("%q is %+v, %v", s.Name, found.Name, err)
		}
	}
	_, err := Find("drought")
	equal(t, "the error", fmt.Sprint(err), `unknown scenario "drought": use one of outage, blackout, billing, night`)
	equal(t, "the default", Scenarios()[0].Name, "outage")
}

// The file is valid, is in the agent's format, has unique ids, and does not depend on
// the seed.
func TestFile(t *testing.T) {
	for _, s := range Scenarios() {
		t.Run(s.Name, func(t *testing.T) {
			content := file(t, New(s, start, 1))
			for _, want := range []string{"{\n  \"credential_pool\": {\n", "  \"version\": 1\n}\n", `"updated_at": "2026-01-05T09:00:00.000000+00:00"`} {
				equal(t, "the file contains "+want, bytes.Contains(content, []byte(want)), true)
			}
			if !bytes.Equal(content, file(t, New(s, start, 99))) {
				t.Error("the file depends on the seed")
			}
			p := decoded(t, content)
			equal(t, "the credentials", p.Len(), len(s.Pool))
			ids, labels := map[string]bool{}, map[string]bool{}
			for c := range p.All() {
				if ids[c.ID] || labels[c.Label] || !regexp.MustCompile(`^[0-9a-f]{6}$`).MatchString(c.ID) {
					t.Errorf("the id %q or the label %q is not unique, or the id is malformed", c.ID, c.Label)
				}
				ids[c.ID], labels[c.Label] = true, true
				if c.Shares != nil {
					t.Errorf("%s shares its token", c.Ref)
				}
			}
			for _, prov := range p.Providers {
				equal(t, "number of notes on "+prov.Name, len(prov.Notes), 0)
			}
			equal(t, "whether the agent counts failures", poolstate.PolicyChoice{}.Resolve(p, poolstate.NoEvidence).Climbs(), s.Guarded == "")
		})
	}
}

// All credentials are ready except for one that is dead and one that is held.
func TestFile_Pool(t *testing.T) {
	p := decoded(t, file(t, New(scenario(t, "outage"), start, 1)))
	sum := p.Summarize(poolstate.Backoff(), start)
	equal(t, "ready", sum.Ready(), sum.Total-2)
	equal(t, "dead", sum.Count[poolstate.Dead], 1)
	equal(t, "held", sum.Count[poolstate.Held], 1)
	held := p.Find(poolstate.Ref{Provider: "openrouter", ID: "f61c33"})
	deadline := poolstate.Backoff().Deadline(held, start)
	equal(t, "the deadline of the hold", deadline.At, start.Add(5*time.Hour))
	equal(t, "its origin", deadline.Origin, poolstate.OriginOperator)
	for c := range p.All() {
		if expires := c.AuthType == "oauth"; expires == c.ExpiresAt.IsZero() || expires && c.ExpiresAt != start.Add(tokenLasts) {
			t.Errorf("the token of %s, %s, expires %v", c.Ref, c.AuthType, c.ExpiresAt)
		}
	}
}

// Scripts refer to existing providers and ids, and every outage has a positive
// duration.
func TestScenarios(t *testing.T) {
	for _, s := range Scenarios() {
		there := map[string]bool{}
		for _, c := range s.Pool {
			there[c.Provider], there[c.Provider+"/"+c.ID] = true, true
		}
		for _, outage := range s.Script {
			if !there[outage.Provider] || outage.To <= outage.From || outage.From < 0 {
				t.Errorf("%s: invalid outage of %q from %v to %v", s.Name, outage.Provider, outage.From, outage.To)
			}
			for _, id := range outage.Only {
				if !there[outage.Provider+"/"+id] {
					t.Errorf("%s: no %s/%s in the pool", s.Name, outage.Provider, id)
				}
			}
			if outage.Failure.Code == 0 || outage.Failure.Reason == "" || !outage.Failure.ResetAt.IsZero() {
				t.Errorf("%s: an outage has the invalid failure %+v", s.Name, outage.Failure)
			}
		}
	}
}
