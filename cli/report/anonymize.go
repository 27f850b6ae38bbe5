package report

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"pooltop/poolstate"
)

// These names are public, so an anonymous report contains them: the services that agents
// support, the words that agents and providers use for states and errors, and the fields
// that agents add to entries.
var (
	knownProviders = strings.Fields(`ai-gateway alibaba alibaba-coding-plan anthropic arcee azure-foundry bedrock copilot copilot-acp
		deepseek gemini gmi google-gemini-cli huggingface kilocode kimi-coding kimi-coding-cn lmstudio minimax minimax-cn
		minimax-oauth nous novita nvidia ollama-cloud openai openai-api openai-codex opencode-go opencode-zen openrouter
		qwen-oauth stepfun tencent-tokenhub vertex xai xai-oauth xiaomi zai`)

	knownStatuses = strings.Fields("ok exhausted dead")

	knownAuthTypes = strings.Fields("api_key oauth")

	knownReasons = append(strings.Fields(`account_deactivated api_error auth auth_permanent authentication_error balance_depleted billing
		billing_error billing_hard_limit_reached billing_not_active billing_unverified content_filter content_policy_blocked
		context_length_exceeded context_overflow format_error image_too_large
		insufficient_balance insufficient_credits insufficient_quota internal_server_error invalid_api_key invalid_grant
		invalid_request_error invalid_token long_context_tier model_not_found not_found_error overloaded
		overloaded_error payload_too_large payment_required permission_denied permission_error provider_policy_blocked quota_exceeded
		rate_limit rate_limit_error rate_limit_exceeded refresh_token_reused request_too_large requests resource_exhausted
		server_error service_unavailable slow_down temporarily_unavailable thinking_signature timeout timeout_error token_expired
		token_invalidated token_revoked tokens too_many_requests unauthorized unauthorized_client unknown
		unsupported_country_region_territory upstream_error usage_limit_exceeded usage_limit_reached usage_not_included`), poolstate.HoldReason)

	knownFields = strings.Fields(`agent_key agent_key_expires_at agent_key_expires_in agent_key_id agent_key_obtained_at agent_key_reused
		anon_token api_key client_id created_at enabled expires_in id_token inference_base_url
		model_cooldown_observed_at obtained_at portal_base_url scope secret_source tls token_type updated_at`)
)

// anonymize removes everything from the pool and the events that could identify a person or
// an organization: it replaces names that are not well known with numbers, and removes free
// text. It returns the anonymized path of the store. profiles lists the profiles of all
// reports, so that a profile has the same number in each of them.
func (r *Report) anonymize(path string, profiles []string) string {
	a := anonymizer{}
	for _, name := range append(slices.Clip(profiles), r.Profile) {
		r.Profile = a.profile(name)
	}
	r.pool = a.pool(r.pool)
	for i := range r.records {
		r.records[i] = a.record(&r.records[i])
	}
	r.displayPath = ""
	if base := filepath.Base(path); base == "auth.json" { // the name that agents use
		r.displayPath = base
	}
	return r.displayPath
}

// anonymizer holds the replacements, by prefix and then by name. A name is a string or an
// identity.
type anonymizer map[string]map[any]string

// identity identifies a credential in the pool and in events.
type identity struct {
	provider, id, label string // label is "" if there is an id
	duplicate           int    // the position, if an earlier credential has the same id
}

func newIdentity(provider, id, label string) identity {
	if id != "" {
		label = ""
	}
	return identity{provider: provider, id: id, label: label}
}

// number returns the replacement for a name, such as c2 if the prefix is c.
func (a anonymizer) number(prefix string, name any) string {
	if a[prefix] == nil {
		a[prefix] = map[any]string{}
	}
	if a[prefix][name] == "" {
		a[prefix][name] = prefix + strconv.Itoa(len(a[prefix])+1)
	}
	return a[prefix][name]
}

// profile returns the replacement for the name of a profile.
func (a anonymizer) profile(name string) string {
	return a.keep([]string{poolstate.RootProfile}, "profile-", name)
}

// keep returns name itself if it is known or empty, and its replacement otherwise.
func (a anonymizer) keep(known []string, prefix, name string) string {
	if name == "" || slices.Contains(known, name) {
		return name
	}
	return a.number(prefix, name)
}

func (a anonymizer) pool(p *poolstate.Pool) *poolstate.Pool {
	out := *p
	out.Providers = slices.Clone(p.Providers)
	shares := map[poolstate.Ref][]poolstate.Ref{} // the new Refs of each group, by the old Ref of its first credential
	for i := range out.Providers {
		prov := &out.Providers[i]
		prov.Name, prov.Credentials = a.keep(knownProviders, "provider-", prov.Name), slices.Clone(prov.Credentials)
		for j := range prov.Credentials {
			c := &prov.Credentials[j]
			*c = a.credential(c)
			if len(c.Shares) > 0 {
				shares[c.Shares[0]] = append(shares[c.Shares[0]], c.Ref)
			}
		}
	}
	for c := range out.All() {
		if len(c.Shares) > 0 {
			c.Shares = shares[c.Shares[0]]
		}
	}
	return &out
}

// credential returns a copy of c that contains only states, times, counts and well-known
// names.
func (a anonymizer) credential(c *poolstate.Credential) poolstate.Credential {
	out := *c
	name := newIdentity(c.Provider, c.ID, c.Label)
	if a["c"][name] != "" {
		name.duplicate = c.Position
	}
	out.Ref = poolstate.Ref{Provider: a.keep(knownProviders, "provider-", c.Provider), ID: a.number("c", name), Position: c.Position}
	out.Label, out.Source, out.ErrorMessage, out.BaseURL, out.Fingerprint = "", "", "", "", ""
	out.AuthType = a.keep(knownAuthTypes, "type-", c.AuthType)
	out.StatusText = a.keep(knownStatuses, "status-", c.StatusText)
	out.ErrorReason = a.keep(knownReasons, "reason-", c.ErrorReason)
	out.FailureReason = a.keep(knownReasons, "reason-", c.FailureReason)
	if out.Profiles = slices.Clone(c.Profiles); c.BorrowedFrom != "" {
		out.BorrowedFrom = a.profile(c.BorrowedFrom)
	}
	for i, name := range out.Profiles {
		out.Profiles[i] = a.profile(name)
	}
	out.BorrowedBy = nil // only set in merged pools
	out.ModelCooldowns = slices.Clone(c.ModelCooldowns)
	for i, m := range out.ModelCooldowns {
		out.ModelCooldowns[i].Model = a.number("m", m.Model)
	}
	return out
}

// record anonymizes an event. Its credential may no longer be in the pool.
func (a anonymizer) record(r *poolstate.Record) poolstate.Record {
	out := *r
	out.Provider = a.keep(knownProviders, "provider-", r.Provider)
	out.ID, out.Label, out.Source, out.Message = "", "", "", ""
	if r.Kind.OfCredential() {
		out.ID = a.number("c", newIdentity(r.Provider, r.ID, r.Label))
	}
	out.Reason = a.keep(knownReasons, "reason-", r.Reason)
	if r.Kind == poolstate.EventHeld {
		out.Reason = "" // written by the operator
	}
	for _, state := range []*poolstate.State{&out.Before, &out.After} {
		if state.Status != nil {
			state.Status = new(a.keep(knownStatuses, "status-", *state.Status))
		}
	}
	return out
}
