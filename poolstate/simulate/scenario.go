package simulate

import (
	"fmt"
	"strings"
	"time"

	"pooltop/poolstate"
)

// Scenario is a pool and a script of outages.
type Scenario struct {
	// Name is a single word. About is a one-clause description.
	Name, About string
	Pool        []Credential
	Script      []Outage
	// Hour is the hour of the day when the scenario starts.
	Hour int
	// Jobs is the interval at which the agent starts jobs. Each job sends a request to every
	// provider.
	Jobs time.Duration
	// Guarded is the provider that guard handles. If it is empty, the agent itself has backoff.
	Guarded string
}

// policy returns the policy of the scenario's agent.
func (s *Scenario) policy() poolstate.Policy {
	if s.Guarded != "" {
		return poolstate.Flat()
	}
	return poolstate.Backoff()
}

// Credential is an entry of the pool at the start of a scenario.
type Credential struct {
	Provider, ID, Label, AuthType, Source string
	Requests                              int
	// TokenLasts is the time until the token of an OAuth credential expires. It is zero
	// for API keys.
	TokenLasts time.Duration
	// Dead marks a credential whose token was revoked before the start.
	Dead bool
	// HeldFor is the remaining time of a hold at the start. Zero means no hold.
	HeldFor time.Duration
}

var (
	rateLimited = poolstate.Failure{
		Code: 429, Reason: "rate_limit_error", Message: "This request would exceed your organization's rate limit",
	}
	usageLimit = poolstate.Failure{Code: 429, Reason: "usage_limit_reached", Message: "The usage limit has been reached"}
	noCredits  = poolstate.Failure{Code: 402, Reason: "insufficient_credits", Message: "This request requires more credits than the account has"}
	badToken   = poolstate.Failure{Code: 401, Reason: "token_expired", Message: "The access token was not accepted"}
)

const tokenLasts = 8 * time.Hour

// pool is the pool of every scenario except night.
var pool = []Credential{
	{Provider: "anthropic", ID: "a1f3c9", Label: "team-seat", AuthType: "oauth", Source: "manual:device_code", Requests: 1204, TokenLasts: tokenLasts},
	{Provider: "anthropic", ID: "b27e04", Label: "work-oauth", AuthType: "oauth", Source: "manual:device_code", Requests: 871, TokenLasts: tokenLasts},
	{Provider: "anthropic", ID: "c90d1a", Label: "personal-api-key", AuthType: "api_key", Source: "manual", Requests: 96},
	{Provider: "nous", ID: "5e1b70", Label: "portal", AuthType: "oauth", Source: "device_code", Requests: 18, TokenLasts: tokenLasts},
	{Provider: "openai-codex", ID: "18bb6e", Label: "seat-1@example.com", AuthType: "oauth", Source: "device_code", Requests: 342, TokenLasts: tokenLasts},
	{Provider: "openai-codex", ID: "29cc7f", Label: "seat-2@example.com", AuthType: "oauth", Source: "manual:device_code", Requests: 57, TokenLasts: tokenLasts},
	{Provider: "openrouter", ID: "d4410b", Label: "primary", AuthType: "api_key", Source: "manual", Requests: 5210},
	{Provider: "openrouter", ID: "e5b7f2", Label: "backup-key", AuthType: "api_key", Source: "manual", Requests: 312},
	{Provider: "openrouter", ID: "f61c33", Label: "batch-key", AuthType: "api_key", Source: "manual", Requests: 48, HeldFor: 5 * time.Hour},
	{Provider: "openrouter", ID: "07aa5d", Label: "old-laptop", AuthType: "api_key", Source: "manual", Requests: 9, Dead: true},
}

// nightPool contains two providers with similar credentials. Guard handles one of them.
var nightPool = []Credential{
	{Provider: guarded, ID: "a10001", Label: "guarded-1", AuthType: "api_key", Source: "manual"},
	{Provider: guarded, ID: "a10002", Label: "guarded-2", AuthType: "api_key", Source: "manual"},
	{Provider: guarded, ID: "a10003", Label: "guarded-3", AuthType: "api_key", Source: "manual"},
	{Provider: unguarded, ID: "b10001", Label: "stock-1", AuthType: "api_key", Source: "manual"},
	{Provider: unguarded, ID: "b10002", Label: "stock-2", AuthType: "api_key", Source: "manual"},
	{Provider: unguarded, ID: "b10003", Label: "stock-3", AuthType: "api_key", Source: "manual"},
}

const guarded, unguarded = "guarded", "stock"

// Scenarios returns all scenarios, the default one first.
func Scenarios() []Scenario {
	const morning, evening = 9, 22
	const jobs = 25 * time.Minute
	return []Scenario{
		{
			Name: "outage", About: "anthropic goes down for half a day; other providers have shorter outages",
			Pool: pool, Hour: morning, Jobs: jobs,
			Script: []Outage{
				{Provider: "anthropic", From: 40 * time.Minute, To: 11 * time.Hour, Failure: rateLimited},
				{Provider: "openai-codex", Only: []string{"18bb6e"}, From: 50 * time.Minute, To: 6 * time.Hour, Failure: usageLimit, Resets: 5 * time.Hour},
				{Provider: "openrouter", Only: []string{"d4410b"}, From: 2 * time.Hour, To: 4 * time.Hour, Failure: noCredits},
				{Provider: "nous", From: 6 * time.Hour, To: 6*time.Hour + 30*time.Minute, Failure: badToken},
			},
		},
		{
			Name: "blackout", About: "every provider goes down, one after another",
			Pool: pool, Hour: morning, Jobs: jobs,
			Script: []Outage{
				{Provider: "openrouter", From: 15 * time.Minute, To: 9 * time.Hour, Failure: rateLimited},
				{Provider: "anthropic", From: 40 * time.Minute, To: 10 * time.Hour, Failure: rateLimited},
				{Provider: "openai-codex", From: 70 * time.Minute, To: 8 * time.Hour, Failure: usageLimit, Resets: 7 * time.Hour},
				{Provider: "nous", From: 90 * time.Minute, To: 7 * time.Hour, Failure: rateLimited},
			},
		},
		{
			Name: "billing", About: "openrouter's keys run out of credits, one after another",
			Pool: pool, Hour: morning, Jobs: jobs,
			Script: []Outage{
				{Provider: "openrouter", Only: []string{"d4410b"}, From: 20 * time.Minute, To: 20 * time.Hour, Failure: noCredits},
				{Provider: "openrouter", Only: []string{"e5b7f2"}, From: 2 * time.Hour, To: 12 * time.Hour, Failure: noCredits},
				{Provider: "openrouter", Only: []string{"f61c33"}, From: 4 * time.Hour, To: 8 * time.Hour, Failure: noCredits},
			},
		},
		{
			Name: "night", About: "two providers go down overnight, one of them with guard",
			Pool: nightPool, Hour: evening, Jobs: 30 * time.Minute, Guarded: guarded,
			Script: []Outage{
				{Provider: guarded, From: 20 * time.Minute, To: 8*time.Hour + 20*time.Minute, Failure: rateLimited},
				{Provider: unguarded, From: 20 * time.Minute, To: 8*time.Hour + 20*time.Minute, Failure: rateLimited},
			},
		},
	}
}

// Find returns the scenario with the given name.
func Find(name string) (Scenario, error) {
	var names []string
	for _, s := range Scenarios() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Scenario{}, fmt.Errorf("unknown scenario %q: use one of %s", name, strings.Join(names, ", "))
}
