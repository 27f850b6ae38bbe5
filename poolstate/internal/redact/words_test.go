package redact

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestClean_Fingerprint(t *testing.T) {
	const secret = "eyJh.eyJz=/d0c2-a55e1f94b"
	s := &Scrubber{}
	s.AddFingerprint(Fingerprint(secret))
	s.AddFingerprint("sha256:no digits")
	for text, want := range map[string]string{
		secret:                             "[secret]",
		"bad key " + secret + ".":          "bad key [secret].",
		`{"key":"` + secret + `","x":"y"}`: `{"key":"[secret]","x":"y"}`,
		"https://host/?key=" + secret:      "https://host/?key=[secret]",
		"(Bearer:" + secret + ")":          "(Bearer:[secret])",
		"eyJh.eyJz=/d0c2-a55e1f94c is not": "eyJh.eyJz=/d0c2-a55e1f94c is not",
		"":                                 "",
		"“" + secret + "”, «" + secret + "»":               "“[secret]”, «[secret]»",
		"**" + secret + "** _" + secret + "_":              "**[secret]** _[secret]_",
		"密钥" + secret + "无效。":                              "密钥[secret]无效。",
		"#" + secret + " $" + secret + " ~" + secret + "~": "#[secret] $[secret] ~[secret]~",
		"-" + secret + "- " + secret + "%":                 "-[secret]- [secret]%",
		secret + `\n` + secret + "…":                       `[secret]\n[secret]…`,
		"\x1b[1m" + secret + "\x1b[0m":                     "\x1b[1m[secret]\x1b[0m",
	} {
		fresh := *s
		equal(t, text, fresh.Clean(text), want)
	}
	equal(t, "part of a word found before", s.Clean(secret)+s.Clean("ends in 2-a55e1f94b"), "[secret]ends in [secret]")
}

// The total length of the words is proportional to the length of the string.
func TestWords_Linear(t *testing.T) {
	n := 0
	for word := range words(strings.Repeat("a.=", maxField/3)) {
		n += len(word)
	}
	if limit := 300 * maxField; n > limit {
		t.Errorf("total length of words is %d bytes, more than %d", n, limit)
	}
}

func TestAddValue(t *testing.T) {
	for _, tt := range []struct {
		value  string
		secret bool
		want   string
	}{
		{"sk-0123456789", true, "sk-0123456789"},
		{"Bearer sk-0123456789", true, "sk-0123456789"},
		{"two words", true, "two words"},
		{"bearer  sk-0123456789", false, "sk-0123456789"},
		{"Authorization: Basic dXNlcjpwYXNzd29yZDE=", false, "dXNlcjpwYXNzd29yZDE="},
		{"x-api-key:sk-0123456789", false, "sk-0123456789"},
		{"socks5://user:pass-0123456@proxy:99", false, "pass-0123456"},
		{"https://host/?x=1&api_key=sk-0123456789", false, "sk-0123456789"},
		{"sk-0123456789", false, ""},
		{"token expired at noon", false, ""},
		{"api_key: not accepted", false, ""},
		{"Basic authentication", false, ""},
		{"https://host/?page=0123456789", false, ""},
		{"https://%zz", false, ""},
	} {
		s := &Scrubber{}
		s.AddValue([]byte(tt.value), tt.secret)
		got := []string{}
		for _, secret := range s.secrets {
			got = append(got, string(secret))
		}
		equal(t, fmt.Sprintf("secrets in %q", tt.value), strings.Join(got, ", "), tt.want)
	}
}

func TestIsPublic(t *testing.T) {
	for _, text := range []string{"no-key-required", "NOT_NEEDED", "xxxxxxxx", "OPENAI_API_KEY", "device_code"} {
		equal(t, text+" is public", isPublic(text), true)
	}
	for _, text := range []string{"sk-0123456789", "hunter22", "лллллл", "OPENAI_API_KEY=1", strings.Repeat("x", 65)} {
		equal(t, text+" is public", isPublic(text), false)
	}
}

func TestIsHeaderKey(t *testing.T) {
	for key, want := range map[string]bool{
		"Authorization": true, "Proxy-Authorization": true, "X-Auth": true, "Cookie": true, "api_keys": true,
		"auth_type": false, "author": false, "scope": false, "last_error_message": false,
	} {
		equal(t, key, IsHeaderKey(key), want)
	}
	if i := slices.IndexFunc([]string{"token", "key"}, IsHeaderKey); i >= 0 {
		t.Error("a key is both a secret's key and a header's key")
	}
}
