package redact

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestClean_Encoded(t *testing.T) {
	const secret = "sk/7d0c+2a55=e1f94b~😀"
	encoded := base64.StdEncoding.EncodeToString([]byte("user:" + secret))
	for text, want := range map[string]string{
		"key=sk%2F7d0c%2B2a55%3De1f94b~%F0%9F%98%80&x=%41":    "key=[secret]&x=%41",
		"sk%252F7d0c%252B2a55%253De1f94b~":                    "[secret]",
		`"sk\/7d0c\u002B2a55\u003de1f94b~\ud83d\ude00"`:       `"[secret]"`,
		`b'sk/7d0c\x2b2a55=e1f94b~'`:                          `b'[secret]'`,
		"sk/7d0c\u200b+2a55=e1f94b~":                          "[secret]",
		"Basic " + encoded:                                    "Basic dXNlcj[secret]=",
		"x" + strings.TrimRight(encoded, "="):                 "xdXNlcj[secret]",
		"100% of \\ 7d0c":                                     "100% of \\ 7d0c",
		`\`:                                                   `\`,
		"ends with an escape %2":                              "ends with an escape %2",
		"AbCdEfGhIjKlMnOpQrStUvWxYz, like base64, but is not": "AbCdEfGhIjKlMnOpQrStUvWxYz, like base64, but is not",
	} {
		equal(t, text, scrubber(secret).Clean(text), want)
	}
}
