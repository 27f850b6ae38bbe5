package cli

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The kinds of values in the JSON of list.
type kind func(v any) bool

var instantForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

func isText(v any) bool    { _, ok := v.(string); return ok }
func isInstant(v any) bool { s, ok := v.(string); return ok && instantForm.MatchString(s) }
func isList(v any) bool    { _, ok := v.([]any); return ok }
func isObject(v any) bool  { _, ok := v.(object); return ok }

func isWhole(v any) bool {
	n, ok := v.(json.Number)
	return ok && !strings.ContainsAny(n.String(), ".eE")
}

func isSeconds(v any) bool { return isWhole(v) && !strings.HasPrefix(v.(json.Number).String(), "-") }

func orNull(k kind) kind { return func(v any) bool { return v == nil || k(v) } }

func oneOf(words ...string) kind {
	return func(v any) bool { s, ok := v.(string); return ok && slices.Contains(words, s) }
}

// The fields of each object, all of which are always there.
var (
	listFields = map[string]kind{
		"path": isText, "read_at": isInstant, "policy": oneOf("backoff", "flat"),
		"summary": isObject, "providers": isList,
	}
	summaryFields = map[string]kind{
		"credentials": isWhole, "ready": isWhole, "cooling": isWhole, "held": isWhole,
		"due": isWhole, "dead": isWhole, "disabled": isWhole,
		"next_ready_at": orNull(isInstant), "next_ready": orNull(isText), "all_ready_at": orNull(isInstant),
	}
	providerFields   = map[string]kind{"name": isText, "ready": isWhole, "credentials": isList}
	credentialFields = map[string]kind{
		"id": orNull(isText), "label": orNull(isText), "index": isWhole, "priority": orNull(isWhole),
		"auth_type": orNull(isText), "source": orNull(isText),
		"status":       orNull(isText),
		"availability": oneOf("ready", "cooling", "held", "due", "dead", "disabled"),
		"streak":       orNull(isWhole), "multiplier": isWhole, "base_seconds": isSeconds,
		"cooldown_seconds": orNull(isSeconds), "next_cooldown_seconds": isSeconds,
		"exhausted_at": orNull(isInstant), "deadline": orNull(isInstant),
		"deadline_origin":   orNull(oneOf("provider", "computed", "operator")),
		"remaining_seconds": orNull(isSeconds),
		"error_code":        orNull(isWhole), "error_reason": orNull(isText), "error_message": orNull(isText),
		"model_cooldowns": orNull(isObject), "status_cleared_at": orNull(isInstant), "request_count": orNull(isWhole),
	}
)

func checkFields(t *testing.T, where string, o object, fields map[string]kind) {
	t.Helper()
	if got, want := slices.Sorted(maps.Keys(o)), slices.Sorted(maps.Keys(fields)); !slices.Equal(got, want) {
		t.Errorf("%s has the fields %q, want %q", where, got, want)
	}
	for name, is := range fields {
		if v, ok := o[name]; ok && !is(v) {
			t.Errorf("%s.%s is %s", where, name, asJSON(t, v))
		}
	}
}

func TestEveryFieldIsThereWithItsType(t *testing.T) {
	contents := map[string]string{
		"no pool":            `{}`,
		"empty pool":         `{"credential_pool": {}}`,
		"empty provider":     poolOf(),
		"empty entry":        poolOf(`{}`),
		"provider no list":   `{"credential_pool": {"p": 7}}`,
		"values of no use":   poolOf(`{"id": 7, "label": null, "priority": "x", "last_status": 3, "consecutive_failures": [], "model_cooldowns": 1}`),
		"floats for numbers": poolOf(`{"priority": 1.9, "request_count": 2e3, "last_error_code": 429.0, "consecutive_failures": 2.7}`),
		"negative numbers":   poolOf(`{"priority": -3, "request_count": -1, "consecutive_failures": -4, "last_error_code": -1}`),
		"huge numbers":       poolOf(`{"priority": 1e300, "request_count": 99999999999999999999, "consecutive_failures": 1e19}`),
		"an instant far off": poolOf(`{"last_status": "exhausted", "last_status_at": 1795422000, "last_error_reset_at": 1e17}`),
		"exhaustion far off": poolOf(`{"last_status": "exhausted", "last_status_at": 1e17, "last_error_reset_at": 1795422000}`),
		"model cooldowns":    poolOf(`{"model_cooldowns": {}, "status_cleared_at": 1795421599.75}`),
	}
	for _, name := range sampleNames {
		contents[name] = string(sample(t, name))
	}
	for name, content := range contents {
		t.Run(name, func(t *testing.T) {
			list := listed(t, content)
			checkFields(t, "list", list, listFields)
			checkFields(t, "summary", list["summary"].(object), summaryFields)
			for _, p := range list["providers"].([]any) {
				checkFields(t, "provider", p.(object), providerFields)
			}
			for _, c := range credentialsIn(list) {
				checkFields(t, "credential", c, credentialFields)
			}
		})
	}
}

// One entry at 09:20:00, which is 1795425600, and what the fields say of it.
func TestFieldsOfACredential(t *testing.T) {
	const (
		cooling = `"last_status": "exhausted", "last_status_at": 1795422723`
		at400ms = `"last_status": "exhausted", "last_status_at": 1795422723.4`
	)
	for _, c := range []struct{ name, entry, field, want string }{
		{"an id that is missing", `{"label": "a"}`, "id", `null`},
		{"an empty id", `{"id": ""}`, "id", `null`},
		{"an empty label", `{"label": ""}`, "label", `null`},
		{"a label beyond ASCII", `{"label": "\u043a\u043b\u044e\u0447 \ud83d\udd11"}`, "label", `"ключ 🔑"`},
		{"no priority", `{}`, "priority", `null`},
		{"requests", `{"request_count": 88}`, "request_count", `88`},

		{"no status", `{"last_status": null}`, "status", `null`},
		{"no status is ready", `{"last_status": null}`, "availability", `"ready"`},
		{"ok", `{"last_status": "ok"}`, "status", `"ok"`},
		{"a status nobody knows is shown", `{"last_status": "resting"}`, "status", `"resting"`},
		{"and is ready", `{"last_status": "resting"}`, "availability", `"ready"`},
		{"dead", `{"last_status": "dead", "last_error_reset_at": 1795426000}`, "availability", `"dead"`},
		{"dead has no deadline", `{"last_status": "dead", "last_error_reset_at": 1795426000}`, "deadline", `null`},
		{"disabled", `{"enabled": false}`, "availability", `"disabled"`},
		{"disabled wins over exhausted", `{` + cooling + `, "enabled": false}`, "availability", `"disabled"`},
		{"disabled wins over dead", `{"last_status": "dead", "enabled": false}`, "availability", `"disabled"`},
		{"enabled", `{"enabled": true}`, "availability", `"ready"`},

		{"streak", `{"consecutive_failures": 3}`, "streak", `3`},
		{"streak of none", `{"consecutive_failures": 0}`, "streak", `0`},
		{"no streak is unknown, not none", `{}`, "streak", `null`},
		{"an unknown streak multiplies by one", `{}`, "multiplier", `1`},
		{"garbage is no streak", `{"consecutive_failures": "many"}`, "streak", `null`},
		{"third failure", `{"consecutive_failures": 3}`, "multiplier", `4`},
		{"fourth failure", `{"consecutive_failures": 4}`, "multiplier", `8`},
		{"the multiplier is capped", `{"consecutive_failures": 40}`, "multiplier", `8`},
		{"one more failure of none", `{"consecutive_failures": 0}`, "next_cooldown_seconds", `3600`},
		{"one more failure", `{"consecutive_failures": 2, "last_error_code": 429}`, "next_cooldown_seconds", `14400`},
		{"one more failure with a 401", `{"consecutive_failures": 2, "last_error_code": 401}`, "next_cooldown_seconds", `1200`},
		{"base of a 401", `{"last_error_code": 401}`, "base_seconds", `300`},
		{"base of a 402", `{"last_error_code": 402}`, "base_seconds", `3600`},
		{"base without a code", `{}`, "base_seconds", `3600`},

		{"exhausted at", `{` + at400ms + `}`, "exhausted_at", `"2026-11-23T08:32:03.400Z"`},
		{"ready was not exhausted", `{"last_status": "ok", "last_status_at": 1795422723}`, "exhausted_at", `null`},
		{"dead was not exhausted", `{"last_status": "dead", "last_status_at": 1795422723}`, "exhausted_at", `null`},
		{"computed deadline", `{` + at400ms + `}`, "deadline", `"2026-11-23T09:32:03.400Z"`},
		{"computed", `{` + cooling + `}`, "deadline_origin", `"computed"`},
		{"seconds left are rounded up", `{` + at400ms + `}`, "remaining_seconds", `724`},
		{"cooldown from exhaustion to deadline", `{` + cooling + `, "consecutive_failures": 2}`, "cooldown_seconds", `7200`},
		{"a cooldown is rounded up", `{` + at400ms + `, "last_error_reset_at": 1795426323}`, "cooldown_seconds", `3600`},

		{"the provider's word", `{` + cooling + `, "last_error_reset_at": 1795426200, "consecutive_failures": 4}`, "deadline", `"2026-11-23T09:30:00.000Z"`},
		{"comes from the provider", `{` + cooling + `, "last_error_reset_at": 1795426200}`, "deadline_origin", `"provider"`},
		{"and has its own length", `{` + cooling + `, "last_error_reset_at": 1795426200}`, "cooldown_seconds", `3477`},
		{"no instant, no deadline", `{"last_status": "exhausted"}`, "deadline", `null`},
		{"no deadline, no origin", `{"last_status": "exhausted"}`, "deadline_origin", `null`},
		{"no deadline, nothing left", `{"last_status": "exhausted"}`, "remaining_seconds", `null`},
		{"no deadline, no cooldown", `{"last_status": "exhausted"}`, "cooldown_seconds", `null`},
		{"no deadline is due", `{"last_status": "exhausted"}`, "availability", `"due"`},
		{"a deadline without an exhaustion", `{"last_status": "exhausted", "last_error_reset_at": 1795426200}`, "cooldown_seconds", `null`},
		{"has something left", `{"last_status": "exhausted", "last_error_reset_at": 1795426200}`, "remaining_seconds", `600`},
		{"a deadline that passed", `{` + cooling + `, "last_error_reset_at": 1795425000}`, "availability", `"due"`},
		{"leaves nothing, not less", `{` + cooling + `, "last_error_reset_at": 1795425000}`, "remaining_seconds", `0`},
		{"a deadline before its exhaustion", `{` + cooling + `, "last_error_reset_at": 1795400000}`, "cooldown_seconds", `0`},

		{"held", `{` + cooling + `, "last_error_reason": "operator_hold"}`, "availability", `"held"`},
		{"held by an operator", `{` + cooling + `, "last_error_reason": "operator_hold"}`, "deadline_origin", `"operator"`},
		{"pinned by an operator", `{` + cooling + `, "last_error_reason": "operator_hold", "last_error_reset_at": 1795426200}`, "deadline_origin", `"operator"`},
		{"a hold that ran out is due", `{` + cooling + `, "last_error_reason": "operator_hold", "last_error_reset_at": 1795425600}`, "availability", `"due"`},

		{"code", `{"last_error_code": 429}`, "error_code", `429`},
		{"reason", `{"last_error_reason": "rate_limit_error"}`, "error_reason", `"rate_limit_error"`},
		{"message", `{"last_error_message": "slow down"}`, "error_message", `"slow down"`},
		{"no models", `{}`, "model_cooldowns", `null`},
		{"no models any more", `{"model_cooldowns": {}}`, "model_cooldowns", `{}`},
		{
			"models", `{"model_cooldowns": {"claude-opus-5": 1795426860.5, "other": null}}`, "model_cooldowns",
			`{"claude-opus-5":"2026-11-23T09:41:00.500Z","other":null}`,
		},
		{"cleared", `{"status_cleared_at": 1795421599.75}`, "status_cleared_at", `"2026-11-23T08:13:19.750Z"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := listedEntry(t, c.entry, "--policy", "backoff")[c.field]
			equal(t, c.field, asJSON(t, got), c.want)
		})
	}
}

// A garbled reset time lies after the year 9999, which RFC 3339 cannot write.
func TestInstantsAfterTheYear9999AreItsLast(t *testing.T) {
	const last = `"9999-12-31T23:59:59.999Z"`
	for _, reset := range []string{"253402300800", "1e15", "1e17", `"253402300800"`} {
		t.Run(reset, func(t *testing.T) {
			list := listed(t, poolOf(`{"id": "a", "last_status": "exhausted", "last_status_at": 1795422000,
				"last_error_reset_at": `+reset+`, "status_cleared_at": `+reset+`, "model_cooldowns": {"m": `+reset+`}}`))
			c := credentialsIn(list)[0]
			for _, field := range []string{"deadline", "status_cleared_at"} {
				equal(t, field, asJSON(t, c[field]), last)
			}
			equal(t, "model_cooldowns", asJSON(t, c["model_cooldowns"]), `{"m":`+last+`}`)
			sum := list["summary"].(object)
			equal(t, "next_ready_at", asJSON(t, sum["next_ready_at"]), last)
			equal(t, "all_ready_at", asJSON(t, sum["all_ready_at"]), last)
		})
	}
}
