package redact

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func scrubber(secrets ...string) *Scrubber {
	s := &Scrubber{}
	for _, secret := range secrets {
		s.AddSecret([]byte(secret))
	}
	return s
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"bad key sk-or-v1-7d0c2a55e1f94b!":     "bad key [secret]!",
		"sk-or-v1-7d0c2a55e1f94b":              "[secret]",
		"sk-or-v1-7d0c2a55e1f94b and 55e1f94b": "[secret] and [secret]",
		"sk-or-v1-...f94b":                     "[secret]...f94b",
		"sk-or-v...1f94b":                      "sk-or-v...1f94b",
		"7 characters: 5e1f94b":                "7 characters: 5e1f94b",
		"SK-OR-V1-7D0C2A55E1F94B":              "SK-OR-V1-7D0C2A55E1F94B",
		"ключ sk-or-v1-7d0c2a55e1f94b: 您":      "ключ [secret]: 您",
		"sk-or-v1-7d0c2a55e1f94bsk-or-v1-7d0c": "[secret]",
		"rt_QWERTZ":                            "[secret]",
	} {
		equal(t, text, scrubber("sk-or-v1-7d0c2a55e1f94b", "rt_QWERTZUIOP").Clean(text), want)
	}
	equal(t, "without secrets", scrubber().Clean("sk-or-v1-7d0c2a55e1f94b"), "sk-or-v1-7d0c2a55e1f94b")
	equal(t, "a short secret", scrubber("", "seven77").Clean("the word seven77"), "the word seven77")
}

// A character is replaced as a whole if any of its bytes are part of a secret.
func TestClean_WholeCharacters(t *testing.T) {
	s := scrubber("лллллл") // d0 bb, six times
	for text, want := range map[string]string{
		"һллллһ":    "[secret]һ", // d2 bb: the second byte occurs in the secret
		"һlллллл":   "һl[secret]",
		"a您ллллл您b": "a您[secret]您b",
		"xллллкx":   "x[secret]x", // d0 ba: the first byte occurs in the secret
	} {
		equal(t, text, s.Clean(text), want)
	}
}

func TestEndpoint(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.together.xyz/v1":     "https://api.together.xyz/v1",
		"http://localhost:8080":           "http://localhost:8080",
		"https://[::1]:8080/v1/":          "https://[::1]:8080/v1/",
		"https://user@host/v1":            "https://host/v1",
		"https://user:pass@host:99/v1":    "https://host:99/v1",
		"https://host/v1?api_key=abc&x=1": "https://host/v1",
		"https://host?":                   "https://host",
		"https://host/v1#token=abc":       "https://host/v1",
		"//user:pass@host/v1":             "//host/v1",
		"not a url":                       "",
		"https://":                        "",
		"https://ho st/":                  "",
		"":                                "",
	} {
		equal(t, raw, Endpoint(raw), want)
	}
}

// Clean finds secrets in strings that span several batches, and truncates a long string.
func TestClean_Batches(t *testing.T) {
	s := scrubber("sk-or-v1-7d0c2a55e1f94b")
	var texts []string
	for i := range 40 {
		texts = append(texts, fmt.Sprint(i, strings.Repeat(" ", maxBatch/16), "sk-or-v1-7d0c2a55e1f94b"))
		s.AddText([]byte(texts[i]))
	}
	for i, text := range texts {
		equal(t, "end", strings.HasSuffix(s.Clean(text), " [secret]"), true)
		equal(t, "begin", strings.HasPrefix(s.Clean(text), fmt.Sprint(i, " ")), true)
	}
	long := s.Clean("sk-or-v1-7d0c2a55e1f94b" + strings.Repeat("é", maxText))
	equal(t, "length", len(long) < maxText && utf8.ValidString(long) && strings.HasPrefix(long, "[secret]é"), true)
}

// FuzzClean checks that no eight consecutive bytes of a secret remain, that no character
// is cut, and that no other text is lost.
func FuzzClean(f *testing.F) {
	f.Add("sk-or-v1-7d0c2a55e1f94b", "Incorrect key sk-or-v1-7d0c2a55e1f94b provided")
	f.Add("лллллл", "һллллһ")
	f.Add("aaaaaaaaa", "aaaaaaaabaaaaaaaaaa")
	f.Add("\xff\xfe\x80\x80\x80\x80\x80\x80", "é\x80\x80\x80\x80\x80\x80\x80\x80")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if strings.ContainsAny(secret, "[]") || isPublic(secret) || isPublic(text) {
			return // the placeholder may contain part of the secret
		}
		s := scrubber(secret, "another-secret")
		clean := s.Clean(text)
		for i := 0; i+MinLeak <= len(secret); i++ {
			if piece := secret[i : i+MinLeak]; strings.Contains(clean, piece) {
				t.Fatalf("%q contains %q", clean, piece)
			}
		}
		if utf8.ValidString(text) && !utf8.ValidString(clean) {
			t.Fatalf("%q has a cut character, from %q", clean, text)
		}
		equal(t, "cleaning twice", s.Clean(clean), clean)
		rest := text
		for _, part := range strings.Split(clean, Redacted) {
			at := strings.Index(rest, part)
			if at < 0 {
				t.Fatalf("%q contains %q, which is not at that place in %q", clean, part, text)
			}
			rest = rest[at+len(part):]
		}
	})
}
