package poolstate

import "testing"

// Names that must stay as they are tell when a secret of their own entry has
// slipped into them.
func TestNamesThatLeak(t *testing.T) {
	for _, c := range []struct {
		name, provider, entry string
		id, prov              bool
	}{
		{"neither", "p", `{"id": "a1b2c3", "access_token": "sk-0123456789"}`, false, false},
		{"the id", "p", `{"id": "sk-0123456789", "access_token": "sk-0123456789"}`, true, false},
		{"the id, of any secret", "p", `{"id": "sk-0123456789", "tomorrows_password": "sk-0123456789"}`, true, false},
		{"the id, of a secret further inside", "p", `{"id": "sk-0123456789", "extra": {"api_key": "sk-0123456789"}}`, true, false},
		{"a piece in the id", "p", `{"id": "key 23456789", "access_token": "sk-0123456789"}`, true, false},
		{"too little of it to matter", "p", `{"id": "key 456789", "access_token": "sk-0123456789"}`, false, false},
		{"the provider", "sk-0123456789", `{"id": "a", "access_token": "sk-0123456789"}`, false, true},
		{"no secret", "sk-0123456789", `{"id": "sk-0123456789"}`, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := decoded(t, `{"credential_pool": {"`+c.provider+`": [{"id": "other"}, `+c.entry+`]}}`).Provider(c.provider)
			equal(t, "the id leaks", p.Credentials[1].IDLeaks(), c.id)
			equal(t, "the id of another leaks", p.Credentials[0].IDLeaks(), false)
			equal(t, "the name leaks", p.NameLeaks(), c.prov)
		})
	}
}

// A text that is the secret of any entry is known as one, also if only its
// fingerprint is there.
func TestSecretsOfThePool(t *testing.T) {
	p := decoded(t, `{"credential_pool": {"p": [{"id": "a", "access_token": "sk-0123456789"}, {"id": "b"}],
		"q": [{"id": "c", "secret_fingerprint": "`+fingerprintOf("borrowed-secret")+`"}]}}`)
	secret := p.Secrets()
	for text, want := range map[string]bool{
		"sk-0123456789": true, "borrowed-secret": true, "": false, "a": false, "sk-012345678": false, "key sk-0123456789": false,
	} {
		equal(t, text+" is a secret", secret(text), want)
	}
}
