package cli

import (
	"maps"
	"testing"
)

// The fields of the JSON of report, all of which are always there.
var (
	reportFields = map[string]kind{
		"version": isText, "platform": isText, "anonymous": isTruth, "read_at": isInstant,
		"path": orNull(isText), "file": isObject,
		"policy": orNull(oneOf("backoff", "flat")), "policy_evidence": orNull(isText),
		"updated_at": orNull(isInstant), "summary": orNull(isObject),
		"providers": isList, "events": isList, "oddities": isList,
	}
	fileFields = map[string]kind{
		"error": orNull(isText), "size": orNull(isSeconds), "mode": orNull(isText), "directory_mode": orNull(isText),
		"modified_at": orNull(isInstant), "link": isTruth, "read_only": isTruth,
	}
	oddityFields = map[string]kind{
		"kind": oneOf("journal", "no_pool", "file_mode", "directory_mode", "note", "outage", "suspect_deadline",
			"shared_secret", "expired_token", "unknown_status", "unknown_fields"),
		"said": orNull(isText), "provider": orNull(isText), "credentials": isList, "words": isList,
	}
	eventFields = map[string]kind{
		"at": isInstant, "provider": orNull(isText), "id": orNull(isText), "label": orNull(isText),
		"event": isText, "by": oneOf("operator", "agent", "clock"),
		"streak_before": orNull(isWhole), "streak_after": orNull(isWhole),
		"deadline": orNull(isInstant), "error_code": orNull(isWhole),
	}
)

func isTruth(v any) bool { _, ok := v.(bool); return ok }

// reportedFields are those of a credential of list, and a few more.
func reportedFields() map[string]kind {
	fields := maps.Clone(credentialFields)
	fields["status_at"], fields["expires_at"], fields["last_refresh"] = orNull(isInstant), orNull(isInstant), orNull(isInstant)
	fields["deadline_suspect"], fields["failure_reason"] = isTruth, orNull(isText)
	return fields
}

func TestEveryFieldOfAReportIsThereWithItsType(t *testing.T) {
	contents := map[string]string{
		"no pool":        `{}`,
		"empty provider": poolOf(),
		"empty entry":    poolOf(`{}`),
		"all that is odd": `{"credential_pool": {"p": [7, {"access_token": "x", "last_status": "resting", "plan": 1},
			{"access_token": "x", "last_status": "exhausted", "last_status_at": 1795425000, "last_error_reset_at": 1e17, "expires_at": 1}]}}`,
	}
	for _, name := range sampleNames {
		contents[name] = string(sample(t, name))
	}
	for name, content := range contents {
		for _, args := range [][]string{{"report", "--json"}, {"report", "--json", "--anonymous"}} {
			t.Run(name, func(t *testing.T) {
				r := decoded(t, done(t, at(t, storeFile(t, content), args...)))
				checkFields(t, "report", r, reportFields)
				checkFields(t, "file", r["file"].(object), fileFields)
				checkFields(t, "summary", r["summary"].(object), summaryFields)
				for _, p := range r["providers"].([]any) {
					checkFields(t, "provider", p.(object), providerFields)
				}
				for _, c := range credentialsIn(r) {
					checkFields(t, "credential", c, reportedFields())
				}
				for _, e := range r["events"].([]any) {
					checkFields(t, "event", e.(object), eventFields)
				}
				for _, o := range r["oddities"].([]any) {
					checkFields(t, "oddity", o.(object), oddityFields)
				}
			})
		}
	}
}

// What list says a report says too, in the same words.
func TestTheJSONOfReportAgreesWithThatOfList(t *testing.T) {
	for _, name := range sampleNames {
		file := sampleFile(t, name)
		list, report := decoded(t, done(t, at(t, file, "list", "--json"))), decoded(t, done(t, at(t, file, "report", "--json")))
		for _, field := range []string{"path", "read_at", "policy", "summary"} {
			equal(t, field, asJSON(t, report[field]), asJSON(t, list[field]))
		}
		told := credentialsIn(report)
		for i, c := range credentialsIn(list) {
			for field, v := range c {
				equal(t, field, asJSON(t, told[i][field]), asJSON(t, v))
			}
		}
	}
}
