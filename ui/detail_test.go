package ui

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate"
	"pooltop/ui/text"
)

// TestDetailLines checks the detail pane for each kind of credential.
func TestDetailLines(t *testing.T) {
	for _, c := range []struct {
		name string
		e    entry
		says []string
		not  string
	}{
		{"ready", readyEntry("key"), []string{
			"key  ready  openrouter", "no failure since the last success", "1h → 2h → 4h → 8h   if it fails: 1h",
			"id            id-key", "rotation      #1, priority 0", "requests      7",
		}, "deadline"},
		{"cooling", exhaustedEntry("key", 20*time.Minute, 2), []string{
			"429 rate_limit_error", "cooling since 09:00:00 (20m ago)  back 11:00:00 (in 1h40m00s)",
			"computed: 1h × 2, second failure in a row", "1h → 2h → 4h → 8h   if it fails: 4h",
		}, "expire"},
		{"due", exhaustedEntry("key", 2*time.Hour, 1), []string{"exhausted 07:20:00 (2h ago)  due since 08:20:00 (1h ago)"}, "  back "},
		{"held", exhaustedEntry("key", 0, 1).With(heldNow).With(entry{"last_error_message": "topping up"}), []string{
			"“topping up”", "held since 09:20:00 (now)  back 10:20:00 (in 1h00m00s)", "deadline set by an operator, streak 1 (a hold counts as one)",
		}, "cause"},
		{"dead", deadEntry("key"), []string{
			"401 token_revoked", "“OAuth token has been revoked”", "dead since Sun 22 Nov 09:20:00", "re-auth required: hermes auth add openrouter --type api-key",
		}, "if it fails:"},
		{"dead, to be removed", deadEntry("key").With(entry{"last_status_at": secondsAt(-3 * time.Hour)}), []string{"the agent removes it in 21h"}, "reload"},
		{"dead, about to be removed", deadEntry("key").With(entry{"last_status_at": secondsAt(-25 * time.Hour)}), []string{"the agent removes it at its next reload"}, "removes it in"},
		{"deadline after the year 9999", exhaustedEntry("key", 0, 1).With(entry{"last_error_reset_at": 1e25}), []string{
			"deadline set by the provider, not the policy; suspect: after the year 9999, so it never",
		}, "9999 ("},
		{"dead, status time in the future", deadEntry("key").With(entry{"last_status_at": secondsAt(time.Hour)}), []string{"suspect: its status time is in the future"}, "deadline"},
		{"failure time in the future", exhaustedEntry("key", -time.Hour, 1), []string{"computed: 1h × 1; suspect: the failure is in the future"}, "expire"},
		{"billing reported as a 403", exhaustedEntry("key", 0, 1).With(entry{"last_error_code": 403, "failure_reason": "billing"}), []string{
			"403 rate_limit_error  cause billing",
		}, "expire"},
		{"model cooldown, capped", readyEntry("key").With(entry{"model_cooldowns": entry{"big": secondsAt(90 * text.Day)}}), []string{"model big: not in the account's plan, tried again in 2d00h"}, "since 0"},
		{"token expires", readyEntry("key").With(entry{"expires_at": secondsAt(40 * time.Minute)}), []string{
			"its token expires in 40m00s", "token expires 10:00:00",
		}, "expired"},
		{"token expired", readyEntry("key").With(entry{"expires_at": secondsAt(-text.Day)}), []string{
			"its token has expired (Sun 22 Nov 09:20:00)",
		}, "also"},
		{"models", readyEntry("key").With(entry{"model_cooldowns": map[string]any{"big": secondsAt(time.Hour), "small": secondsAt(-1)}}), []string{
			"model big: back in 1h00m00s, 10:20", "agents that do not specify a model skip this credential until 10:20",
		}, "small"},
		{"model cooldowns with reasons", readyEntry("key").With(entry{
			"model_cooldowns":            entry{"limit": secondsAt(time.Hour), "plan": secondsAt(time.Hour)},
			"model_cooldown_observed_at": entry{"limit": secondsAt(0), "plan": secondsAt(-47 * time.Hour)},
		}), []string{"model limit: at its limit, back in 1h00m00s, 10:20", "model plan: not in the account's plan, tried again in 1h00m00s, 10:20"}, "since 0"},
		{"model cooldown of a cooling credential", exhaustedEntry("key", 20*time.Minute, 1).With(entry{"model_cooldowns": entry{"big": secondsAt(time.Hour)}}), []string{
			"model big: back in 1h00m00s, 10:20",
		}, "do not specify a model"},
		{"unknown status", readyEntry("key").With(entry{"last_status": "resting"}), []string{"status        resting"}, "since 0"},
		{"no secret", readyEntry("key").With(entry{"access_token": ""}), []string{"key  unusable", "has no token: agents never select it"}, "if it fails:"},
		{`"enabled": false`, readyEntry("key").With(entry{"enabled": false}), []string{"key  ready", `marked "enabled": false in the file, which only some forks of the agent honor`}, "since 0"},
		{"dead, not manual", deadEntry("key").With(entry{"source": "device_code", "auth_type": "oauth"}), []string{"re-auth required: hermes auth add openrouter --type oauth"}, "removes it"},
		{"leftover cause", readyEntry("key").With(entry{"failure_reason": "billing"}), []string{"key  ready"}, "billing"},
		{"all remaining fields", readyEntry("key").With(entry{
			"last_status": "exhausted", "failure_reason": "billing", "last_error_code": 402, "base_url": "https://api.example.com",
			"secret_fingerprint": "sha256:12ab34cd56ef7890", "status_cleared_at": secondsAt(-time.Minute), "priority": -2,
		}), []string{
			"402 billing", "endpoint      https://api.example.com", "fingerprint   sha256:12ab34cd56ef7890",
			"last reset    09:19:00", "rotation      #1, priority -2",
		}, "since 0"},
	} {
		s := screenOf(poolOf(t, providers{"openrouter": []entry{c.e, readyEntry("companion")}})).choose(t, "key")
		s.Pane = PaneDetail
		got := plain(Render(s.sizedAt(100, 40)))
		for _, want := range c.says {
			if !strings.Contains(got, "  "+want) {
				t.Errorf("%s: no %q in\n%s", c.name, want, strings.TrimSpace(got))
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s: %q in\n%s", c.name, c.not, got)
		}
	}
}

func TestRemarks_Guard(t *testing.T) {
	s := guardedScreen(t).choose(t, "personal-api-key")
	s.Pane = PaneDetail
	const words = "guard does not count model cooldowns"
	equal(t, "remark is shown", strings.Contains(plain(Render(s.sizedAt(100, 40))), words), true)
	s.Guard = nil
	equal(t, "remark is shown without a guard", strings.Contains(plain(Render(s.sizedAt(100, 40))), words), false)
}

// TestDetailLines_Reset checks a credential that was reset after its failure. Agents from
// October 2026 or later use it again.
func TestDetailLines_Reset(t *testing.T) {
	s := screenOf(poolOf(t, providers{"p": []entry{
		exhaustedEntry("key", time.Minute, 1).With(entry{"status_cleared_at": secondsAt(-time.Second)}), readyEntry("companion"),
	}})).choose(t, "key")
	s.Policy = poolstate.Flat202610()
	got := plain(strings.Join(s.sizedAt(100, 40).detailLines(), "\n"))
	for _, want := range []string{"key  ready  p", "exhausted 09:19:00", "reset after its failure: agents use it again"} {
		equal(t, want, strings.Contains(got, want), true)
	}
}

func TestSharedSentences(t *testing.T) {
	same := entry{"access_token": "SECRET-same-not-a-real-token"}
	for n, want := range map[int]string{
		2: "same secret as p/id-1: they share one quota",
		4: "same secret as p/id-1, p/id-2, p/id-3: they share one quota",
		9: "same secret as p/id-1, p/id-2, p/id-3, 5 more: they share one quota",
	} {
		var list []entry
		for i := range n {
			list = append(list, readyEntry(string(rune('0'+i))).With(same))
		}
		p := poolOf(t, providers{"p": list})
		c := &p.Providers[0].Credentials[0]
		equal(t, "sentence", strings.Join(sharedSentences(c), "; "), want)
		c.SharesSecret = false
		equal(t, "sentence about an account", strings.Join(sharedSentences(c), "; "), strings.Replace(want, "secret", "account", 1))
	}
}

// TestSharedSentences_Account checks credentials that have different tokens for the same
// account.
func TestSharedSentences_Account(t *testing.T) {
	token := func(signature, email string) entry {
		return entry{"access_token": "e30." + base64.RawURLEncoding.EncodeToString([]byte(`{"email": "`+email+`"}`)) + "." + signature}
	}
	p := poolOf(t, providers{"openai-codex": []entry{
		readyEntry("a").With(token("one", "a@example.com")), readyEntry("b").With(token("two", "a@example.com")),
		readyEntry("c").With(token("three", "c@example.com")),
	}})
	list := p.Providers[0].Credentials
	equal(t, "sentence", strings.Join(sharedSentences(&list[0]), "; "), "same account as openai-codex/id-b: they share one quota")
	equal(t, "another account", len(list[2].Shares), 0)
}

// TestRemarks_Sole checks that the warning about early retries is shown only if newer
// agents may retry before the deadline, and not if the policy is measured or forced.
func TestRemarks_Sole(t *testing.T) {
	measured := poolstate.PolicyChoice{}.WithMeasured(poolstate.Flat())
	reset := secondsAt(3 * time.Hour)
	for _, c := range []struct {
		name   string
		fields entry
		policy poolstate.PolicyChoice
		want   string
	}{
		{"429", nil, poolstate.PolicyChoice{}, "newer agents may retry it after 1m,"},
		{"401", entry{"last_error_code": 401}, poolstate.PolicyChoice{}, ""},
		{"401 with a reset time", entry{"last_error_code": 401, "last_error_reset_at": reset}, poolstate.PolicyChoice{}, "after 5m,"},
		{"402", entry{"last_error_code": 402, "last_error_reset_at": reset}, poolstate.PolicyChoice{}, ""},
		{"held", entry{"last_error_reason": poolstate.HoldReason, "last_error_reset_at": reset}, poolstate.PolicyChoice{}, "after 1m,"},
		{"measured", nil, measured, ""},
		{"forced", nil, poolstate.Force(poolstate.Flat202610()), ""},
	} {
		s := screenOf(poolOf(t, providers{"p": []entry{exhaustedEntry("key", time.Second, 1).With(c.fields), deadEntry("old")}}))
		s.Policy = c.policy.Resolve(s.Pool, poolstate.NoEvidence)
		lines := strings.Join(s.choose(t, "key").sizedAt(160, 40).detailLines(), "\n")
		_, remark, _ := strings.Cut(plain(lines), "its provider's only usable credential: ")
		equal(t, c.name+": remark", remark != "", c.want != "")
		equal(t, c.name+": "+remark, strings.Contains(remark, c.want), true)
	}
}

// TestDetail_WholeParts checks in every scene that each part of the detail is shown whole or
// not at all, and that the times are shown if there are at least 14 lines. Only the provider's
// message may be shortened.
func TestDetail_WholeParts(t *testing.T) {
	for _, sc := range scenes(t) {
		if sc.name == "labels-hostile" { // some lines occur in more than one part
			continue
		}
		s := sc.screen
		for _, c := range credentials(s) {
			for _, w := range []int{30, 48, 100} {
				parts := s.detailParts(c, w)
				for h := 1; h <= 20; h += 1 + h/6 {
					shown := s.detail(c, w, h)
					if len(shown) > h && h > 1 {
						t.Fatalf("%s, %s: %d lines of %d", sc.name, c.Name(), len(shown), h)
					}
					dropped := 0
					for _, p := range slices.Backward(parts) {
						n := 0
						for _, line := range p.lines {
							if slices.Contains(shown, line) {
								n++
							}
						}
						if p.rank != rankMessage && n != 0 && n != len(p.lines) {
							t.Fatalf("%s, %s: %d of the lines %q at %d×%d", sc.name, c.Name(), n, p.lines, w, h)
						}
						if n == 0 && p.rank == rankTimes {
							dropped++
						}
					}
					if h >= 14 && dropped > 0 {
						t.Fatalf("%s, %s: no times at %d×%d", sc.name, c.Name(), w, h)
					}
				}
			}
		}
	}
}

func TestShortened(t *testing.T) {
	for _, c := range []struct{ message, want string }{
		{"Slow down.", "“Slow down.”"},
		{"Too many requests. Slow down and try again later.", "“Too many requests. …”"},
		{"One line of words. Then some that go on and on. And others after these.", "“One line of words. …”"},
		{"a message without any sentence in it that is far too long for this", "“a message without any|sentence in it that is…”"},
	} {
		lines := text.Wrap("“"+c.message+"”", 24)
		want := strings.Split(c.want, "|")
		equal(t, "message", strings.Join(shortened(lines, 24, 2), "|"), strings.Join(want[:min(2, len(want))], "|"))
	}
}

// TestDetailLines_OwnEvents checks that the detail pane shows the cooldown bar and only the
// credential's own events.
func TestDetailLines_OwnEvents(t *testing.T) {
	s := backoffScreen(t)
	s.Pane = PaneDetail
	got := plain(Render(s.sizedAt(100, 40)))
	equal(t, "bar", strings.Contains(got, "━━━━━━━━━━━━━━ 4h\n"), true)
	_, events, _ := strings.Cut(got, "\n  events\n")
	equal(t, "own event", strings.Contains(events, "anthropic/work-oauth"), true)
	equal(t, "event of another credential", strings.Contains(events, "openrouter/"), false)
	got = plain(Render(s.choose(t, "config key").sizedAt(100, 40)))
	equal(t, "no event", strings.Contains(got, "no events yet"), true)
}
