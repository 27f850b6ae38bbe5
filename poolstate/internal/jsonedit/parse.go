// Package jsonedit changes members of JSON objects and preserves every other byte of
// the text: white space, key order, duplicate keys and number formats.
//
// The parser accepts the text that an agent can read with Python's json module: JSON in
// UTF-8, including the numbers NaN, Infinity and -Infinity, optionally after a byte
// order mark.
package jsonedit

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// SyntaxError reports where text is not valid JSON. It does not quote the text, which may
// contain a secret.
type SyntaxError struct {
	Line, Column int    // both from 1; Column counts bytes
	Empty        bool   // white space only
	NotObject    bool   // valid JSON, but not an object
	Encoding     string // UTF-16 or UTF-32 if the text seems to be in that encoding
	NotUTF8      bool   // the text is not valid UTF-8
	TooDeep      bool   // the value at this position is nested too deeply
}

// Error returns a one-clause message without a file name.
func (e *SyntaxError) Error() string {
	switch {
	case e.Empty:
		return "the file is empty"
	case e.NotObject:
		return "the file is not a JSON object"
	case e.Encoding != "":
		return fmt.Sprintf("the file is in %s; agents read only UTF-8", e.Encoding)
	case e.NotUTF8:
		return fmt.Sprintf("not valid UTF-8 at line %d, column %d", e.Line, e.Column)
	case e.TooDeep:
		return fmt.Sprintf("nested too deeply for agents at line %d, column %d", e.Line, e.Column)
	}
	return fmt.Sprintf("not valid JSON at line %d, column %d", e.Line, e.Column)
}

// Value is a JSON value and its position in the text.
type Value struct {
	Raw     []byte   // the text of the value; not a copy
	Start   int      // the offset of Raw
	Members []Member // members of an object, in order, including duplicates
	Items   []Value  // items of an array
}

// Member is a key of an object and its value.
type Member struct {
	// Key is the unquoted key. NameStart and NameEnd are the offsets of its quoted
	// form.
	Key                string
	NameStart, NameEnd int
	Value              Value
}

// End returns the offset of the first byte after the value.
func (v *Value) End() int { return v.Start + len(v.Raw) }

// IsObject reports whether the value is an object. It is false for nil.
func (v *Value) IsObject() bool { return v != nil && v.Raw[0] == '{' }

// IsArray reports whether the value is an array. It is false for nil.
func (v *Value) IsArray() bool { return v != nil && v.Raw[0] == '[' }

// Find returns the value of a key, or nil. If the key is repeated, it returns the last
// value, as JSON readers do.
func (v *Value) Find(key string) *Value {
	if v == nil {
		return nil
	}
	return last(v.Members, key)
}

// RawOf returns the text of the value of a key, or nil if there is none. If the key is
// repeated, it returns the last one.
func (v *Value) RawOf(key string) []byte {
	if found := v.Find(key); found != nil {
		return found.Raw
	}
	return nil
}

func last(members []Member, key string) *Value {
	for i := range slices.Backward(members) {
		if members[i].Key == key {
			return &members[i].Value
		}
	}
	return nil
}

const (
	// maxDepth is the maximum nesting of values. Python's recursion limit is 1,000
	// calls, which includes the agent's own calls.
	maxDepth = 950
	// maxDigits is the maximum number of digits in an integer that Python will parse.
	maxDigits = 4300
)

// Parse parses text that consists of one JSON value. On error it returns a
// *[SyntaxError].
func Parse(data []byte) (*Value, error) {
	body := bytes.TrimPrefix(data, []byte("\ufeff"))
	p := &parser{
		dec: jsontext.NewDecoder(bytes.NewBuffer(withoutNonFinite(body)),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
		data: data,
		bom:  len(data) - len(body),
		keys: map[string]string{},
	}
	if at := invalidUTF8(data); at >= 0 {
		return nil, p.errorAt(at)
	}
	v, err := p.value()
	at := p.offset()
	if err == nil && len(bytes.TrimLeft(data[at:], " \t\r\n")) == 0 {
		return &v, nil
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at = int(syntactic.ByteOffset) + p.bom
	}
	return nil, p.errorAt(at)
}

type parser struct {
	dec   *jsontext.Decoder
	data  []byte
	bom   int               // length of the byte order mark, which is not passed to the decoder
	keys  map[string]string // interned keys, which the entries of a list have in common
	width int               // number of members of the last object, as an estimate for the next one
	depth int               // nesting depth of the value being read
}

// errUnreadable is returned for valid JSON that Python cannot read.
var errUnreadable = errors.New("not readable by agents")

// invalidUTF8 returns the offset of the first byte that is not valid UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) && wideEncoding(data) == "" {
		return -1
	}
	at := 0
	for r, n := utf8.DecodeRune(data); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(data[at:]) {
		at += n
	}
	return at
}

// wideEncoding returns UTF-16 or UTF-32 if data begins like a JSON file in that
// encoding, or an empty string.
func wideEncoding(data []byte) string {
	begins := func(start string) bool { return bytes.HasPrefix(data, []byte(start)) }
	switch { // a UTF-32 byte order mark can begin with the UTF-16 one
	case slices.ContainsFunc([]string{"\xff\xfe\x00\x00", "\x00\x00\xfe\xff", "{\x00\x00\x00", "\x00\x00\x00{"}, begins):
		return "UTF-32"
	case slices.ContainsFunc([]string{"\xff\xfe", "\xfe\xff", "{\x00", "\x00{"}, begins):
		return "UTF-16"
	}
	return ""
}

func (p *parser) offset() int { return int(p.dec.InputOffset()) + p.bom }

func (p *parser) errorAt(offset int) error {
	before := p.data[:min(max(offset, 0), len(p.data))]
	encoding := wideEncoding(p.data)
	return &SyntaxError{
		Line:     bytes.Count(before, []byte("\n")) + 1,
		Column:   len(before) - bytes.LastIndexByte(before, '\n'),
		Empty:    len(bytes.TrimSpace(bytes.TrimPrefix(p.data, []byte("\ufeff")))) == 0,
		Encoding: encoding,
		NotUTF8:  encoding == "" && !utf8.Valid(p.data),
		TooDeep:  p.depth > maxDepth,
	}
}

func (p *parser) value() (Value, error) {
	kind := p.dec.PeekKind()
	if kind != '{' && kind != '[' {
		return p.scalar()
	}
	_, err := p.dec.ReadToken()
	if p.depth++; p.depth > maxDepth {
		return Value{}, errUnreadable
	}
	v := Value{Start: p.offset() - 1}
	if kind == '{' {
		v.Members = make([]Member, 0, p.width)
	}
	for end := kind + 2; err == nil && p.dec.PeekKind() != end; { // '{' + 2 is '}', and '[' + 2 is ']'
		err = p.element(&v, kind == '{')
	}
	if err != nil {
		return Value{}, err
	}
	_, err = p.dec.ReadToken()
	v.Raw = p.data[v.Start:p.offset()]
	p.depth--
	if kind == '{' {
		p.width = len(v.Members)
	}
	return v, err
}

func (p *parser) element(v *Value, named bool) error {
	if !named {
		item, err := p.value()
		v.Items = append(v.Items, item)
		return err
	}
	name, err := p.scalar()
	if err != nil {
		return err
	}
	key, known := p.keys[string(name.Raw)]
	if !known {
		key, _ = Text(name.Raw)
		p.keys[string(name.Raw)] = key
	}
	value, err := p.value()
	v.Members = append(v.Members, Member{key, name.Start, name.End(), value})
	return err
}

func (p *parser) scalar() (Value, error) {
	raw, err := p.dec.ReadValue()
	end := p.offset()
	start := end - len(raw)
	if raw.Kind() == '0' && len(bytes.TrimLeft(raw, "-")) > maxDigits && !bytes.ContainsAny(raw, ".eE") {
		err = errUnreadable
	}
	return Value{Raw: p.data[start:end], Start: start}, err
}
