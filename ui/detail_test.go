package ui

import (
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// detailOf returns the detail pane of one of two credentials as text.
func detailOf(t *testing.T, policy poolstate.Policy, e entry) string {
	t.Helper()
	label, _ := e["label"].(string)
	s := screenOf(poolOf(t, providers{"openrouter": []entry{e, readyEntry("companion")}})).choose(t, label)
	s.Policy, s.Pane = policy, PaneDetail
	return plain(Render(s.sizedAt(100, 40)))
}

// TestDetail lists the lines of the detail for each kind of credential.
func TestDetail(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy poolstate.Policy
		e      entry
		says   []string
		not    []string
	}{
		{
			"ready", poolstate.Backoff, readyEntry("key"),
			[]string{"key  ready  openrouter", "no failure since the last success", "1h → 2h → 4h → 8h   next failure 1h", "id            id-key", "rotation      #1, priority 0", "requests      7"},
			[]string{"since 0", "  back 1", "deadline", "token"},
		},
		{
			"cooling", poolstate.Backoff, exhaustedEntry("key", 20*time.Minute, 2),
			[]string{"key  cooling  openrouter", "429 rate_limit_error", "cooling since 09:00:00 (20m ago)  back 11:00:00 (in 1h40m00s)", "computed: 1h × 2, second failure in a row", "1h → 2h → 4h → 8h   next failure 4h"},
			nil,
		},
		{
			"cooling, flat", poolstate.Flat, exhaustedEntry("key", 20*time.Minute, 2),
			[]string{"cooling since 09:00:00 (20m ago)  back 10:00:00 (in 40m00s)", "computed: 1h, whatever the streak", "next failure 1h"},
			[]string{"→"},
		},
		{
			"due", poolstate.Backoff, exhaustedEntry("key", 2*time.Hour, 1),
			[]string{"key  due  openrouter", "exhausted 07:20:00 (2h ago)  due since 08:20:00 (1h ago)"},
			[]string{"  back "},
		},
		{
			"the eighth in a row", poolstate.Backoff, exhaustedEntry("key", time.Minute, 8),
			[]string{"computed: 1h × 8, 8 failures in a row", "next failure 8h"},
			nil,
		},
		{
			"held", poolstate.Backoff,
			exhaustedEntry("key", 0, 1).With(entry{"last_error_reason": poolstate.HoldReason, "last_error_message": "topping up"}),
			[]string{"key  held  openrouter", "“topping up”", "held since 09:20:00 (now)  back 10:20:00 (in 1h00m00s)", "deadline set by an operator, streak 1 (a hold counts as one)"},
			nil,
		},
		{
			"dead", poolstate.Backoff, deadEntry("key"),
			[]string{"key  dead  openrouter", "401 token_revoked", "“OAuth token has been revoked”", "dead since Sun 22 Nov 09:20:00", "will not recover on its own: re-auth required"},
			[]string{"deadline"},
		},
		{
			"a token that ends", poolstate.Backoff, readyEntry("key").With(entry{"expires_at": secondsAt(40 * time.Minute)}),
			[]string{"its token expires in 40m00s", "token expires 10:00:00"},
			nil,
		},
		{
			"a token that is over", poolstate.Backoff, readyEntry("key").With(entry{"expires_at": secondsAt(-text.Day)}),
			[]string{"its token expired, at Sun 22 Nov 09:20:00"},
			nil,
		},
		{
			"models", poolstate.Backoff, readyEntry("key").With(entry{"model_cooldowns": map[string]any{"big": secondsAt(time.Hour), "small": secondsAt(-1)}}),
			[]string{"model big back in 1h00m00s, 10:20", "model small is back"},
			nil,
		},
		{
			"a status of its own", poolstate.Backoff, readyEntry("key").With(entry{"last_status": "resting"}),
			[]string{"key  ready  openrouter", "status        resting"},
			nil,
		},
		{
			"everything else", poolstate.Backoff,
			readyEntry("key").With(entry{
				"failure_reason": "billing", "last_error_code": 402, "base_url": "https://api.example.com",
				"secret_fingerprint": "sha256:12ab34cd56ef7890", "status_cleared_at": secondsAt(-time.Minute), "priority": -2,
			}),
			[]string{"402 cause billing", "endpoint      https://api.example.com", "fingerprint   sha256:12ab34cd56ef7890", "last reset    09:19:00", "rotation      #1, priority -2"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := detailOf(t, c.policy, c.e)
			for _, want := range c.says {
				if !strings.Contains(got, "  "+want) {
					t.Errorf("no %q in\n%s", want, strings.TrimSpace(got))
				}
			}
			for _, unwanted := range c.not {
				if strings.Contains(got, unwanted) {
					t.Errorf("%q in\n%s", unwanted, got)
				}
			}
		})
	}
}

func TestSharedSentence(t *testing.T) {
	same := entry{"access_token": "SECRET-same-not-a-real-token"}
	for n, want := range map[int]string{
		2: "same secret as p/id-1: they share one quota",
		4: "same secret as p/id-1, p/id-2, p/id-3: they share one quota",
		5: "same secret as p/id-1, p/id-2, p/id-3, 1 more: they share one quota",
		9: "same secret as p/id-1, p/id-2, p/id-3, 5 more: they share one quota",
	} {
		var list []entry
		for i := range n {
			list = append(list, readyEntry(string(rune('0'+i))).With(same))
		}
		p := poolOf(t, providers{"p": list})
		equal(t, "sentence", sharedSentence(&p.Providers[0].Credentials[0]), want)
	}
}

// TestRemarks_Sole has a warning that agents retry early, which they do not after
// failures of authentication or billing.
func TestRemarks_Sole(t *testing.T) {
	const remark = "the only usable credential"
	for _, c := range []struct {
		name   string
		policy poolstate.Policy
		code   int
		want   bool
	}{
		{"backoff", poolstate.Backoff, 429, true},
		{"flat", poolstate.Flat, 429, true},
		{"authentication", poolstate.Backoff, 401, false},
		{"billing", poolstate.Backoff, 402, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := poolOf(t, providers{"p": []entry{exhaustedEntry("key", time.Second, 1).With(entry{"last_error_code": c.code}), deadEntry("old")}})
			s := screenOf(p).choose(t, "key")
			s.Policy, s.Pane = c.policy, PaneDetail
			equal(t, "a remark", strings.Contains(plain(Render(s.sizedAt(160, 40))), remark), c.want)
		})
	}
}
