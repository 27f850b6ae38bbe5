package redact

import (
	"bytes"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// placeholders are values that people enter if a provider does not need a secret.
var placeholders = setOf(`* ** *** none null n/a test empty dummy local ollama example no-key undefined anonymous
	placeholder your-api-key your_api_key api-key-here changeme change-me dummy-key dummy_key fake-key test-key
	no-key-required no_key_required sk-no-key-required not-needed not_needed not-required not_required
	not-used redacted local-key lm-studio lmstudio`)

// vocabulary lists the strings of at least MinLeak bytes that occur in other fields of
// a store.
var vocabulary = setOf(`anthropic openai-codex xai-oauth openrouter moonshot deepseek together fireworks huggingface
	device_code claude_code hermes_pkce manual:device_code exhausted operator_hold
	rate_limit rate_limited rate_limit_error usage_limit usage_limit_reached billing_unverified`)

// IsPlaceholder reports whether a token is a placeholder rather than a secret.
func IsPlaceholder(token string) bool {
	return len(token) <= maxPublic && placeholders[strings.ToLower(strings.TrimSpace(token))]
}

// variableName matches the name of an environment variable, which some entries contain
// in place of a secret.
var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*_(KEY|TOKEN|SECRET|PASSWORD)$`)

// maxPublic is the maximum length, in bytes, of a string that isPublic accepts.
const maxPublic = 64

// isPublic reports whether a string cannot be a secret, even as the value of a secret's key.
// It is true for a word of the vocabulary, a placeholder, the name of a variable, and one
// character repeated.
func isPublic(text string) bool {
	return len(text) <= maxPublic &&
		(vocabulary[text] || IsPlaceholder(text) || strings.Trim(text, text[:min(1, len(text))]) == "" || variableName.MatchString(text))
}

// punctuation and edges list ASCII characters that may surround a secret or be part of it.
// Those in edges are more likely to be part of it.
const punctuation, edges = "\"'`()[]{}<>,;:=&?!/@|.\\*#$%~^", "-_+"

// separates reports whether a byte may end a secret. It is true for punctuation, control
// characters and bytes of characters that are not ASCII.
func separates(b byte) bool {
	return b < ' ' || b >= 0x7f || strings.IndexByte(punctuation, b) >= 0
}

// escapeSequence matches a control sequence without its last byte.
var escapeSequence = regexp.MustCompile("^\x1b\\[[0-9;:?]*")

// These limits keep the running time of [words] linear. maxField is the maximum length of a
// field in bytes. For each possible start of a secret, words tries the nearEnds nearest
// ends. For the first farBegins starts, it also tries the nearEnds last ends.
const maxField, nearEnds, farBegins = 8192, 4, 8

// words returns an iterator over the parts of a string that may be a whole secret: the
// string itself, its fields between spaces, and the parts of a field between separators.
func words(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !yield(text) {
			return
		}
		for field := range strings.FieldsSeq(text) {
			if len(field) < MinLeak || len(field) > maxField {
				continue
			}
			begins, ends := []int{0}, []int(nil)
			for i := 0; i < len(field); i++ {
				if separates(field[i]) {
					ends = append(ends, i)
					i += len(escapeSequence.FindString(field[i:]))
					begins = append(begins, i+1)
				}
			}
			ends = append(ends, len(field))
			for n, begin := range begins {
				first, _ := slices.BinarySearch(ends, begin+MinLeak)
				near := min(first+nearEnds, len(ends))
				tried := slices.Clone(ends[first:near])
				if n < farBegins {
					tried = append(tried, ends[max(near, len(ends)-nearEnds):]...)
				}
				for _, end := range tried {
					word := field[begin:end]
					if !yield(word) {
						return
					}
					if trimmed := strings.Trim(word, edges); trimmed != word && len(trimmed) >= MinLeak && !yield(trimmed) {
						return
					}
				}
			}
		}
	}
}

// IsHeaderKey reports whether a string value of a key is or contains a secret, such as the
// value of an Authorization header. It covers keys that [IsSecretKey] does not. Strings in
// an object below the key are not secrets.
func IsHeaderKey(key string) bool {
	key = strings.ToLower(key)
	return slices.ContainsFunc([]string{
		"authorization", "auth", "cookie", "bearer", "jwt", "passwd", "passphrase",
		"tokens", "keys", "secrets", "passwords",
	}, func(suffix string) bool { return strings.HasSuffix(key, suffix) })
}

// AddValue adds the secrets in the value of a key or header. If secret is true, the
// whole value is a secret, apart from a scheme such as "Bearer". Otherwise AddValue adds
// tokens that follow such a scheme or the name of a secret. In both cases it adds
// secrets in a URL.
func (s *Scrubber) AddValue(value []byte, secret bool) {
	rest, named := credentials(value)
	switch name, after, ok := bytes.Cut(value, []byte(":")); {
	case secret:
		s.AddSecret(rest)
	case named && isToken(rest):
		s.AddSecret(rest)
	case ok && isSensitiveKey(string(name)):
		if rest, _ := credentials(bytes.TrimSpace(after)); isToken(rest) {
			s.AddSecret(rest)
		}
	}
	if bytes.Contains(value, []byte("://")) {
		for _, secret := range inURL(string(value)) {
			s.AddSecret([]byte(secret))
		}
	}
}

func isSensitiveKey(key string) bool { return IsSecretKey(key) || IsHeaderKey(key) }

// isToken reports whether a string looks like a token rather than words.
func isToken(text []byte) bool {
	return !bytes.ContainsAny(text, " \t\r\n") && bytes.ContainsAny(text, "0123456789")
}

// credentials returns the part of the value of an Authorization header after "Bearer" or
// another scheme. If there is no scheme, it returns the whole value and false.
func credentials(value []byte) (rest []byte, ok bool) {
	word, rest, ok := bytes.Cut(value, []byte(" "))
	if ok && slices.ContainsFunc([]string{"bearer", "basic", "token", "apikey"}, func(scheme string) bool {
		return strings.EqualFold(scheme, string(word))
	}) {
		return bytes.TrimSpace(rest), true
	}
	return value, false
}

// inURL returns the secrets in a URL: the password, and the values of parameters that are named
// like a secret.
func inURL(raw string) []string {
	u, err := url.Parse(raw)
	if err != nil {
		return nil
	}
	var found []string
	if password, ok := u.User.Password(); ok {
		found = append(found, password)
	}
	for name, values := range u.Query() {
		if isSensitiveKey(name) {
			found = append(found, values...)
		}
	}
	return found
}
