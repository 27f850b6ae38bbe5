package config

import (
	"fmt"
	"testing"
)

func TestCommands(t *testing.T) {
	const head = "[[command]]\nkey = 'F'\nname = 'refresh'\n"
	const all = "key, name and run are all required"
	for _, tt := range []struct{ text, want string }{
		{"", "[]"},
		{head + "run = ['a', '{id}']", "[{F refresh [a {id}] false pane}]"},
		{head + "run = ['a', 'x{provider}/{label}y{profile}{path}{state}{code}']\nconfirm = true\noutput = 'none'", "[{F refresh [a x{provider}/{label}y{profile}{path}{state}{code}] true none}]"},
		{head + `run = ['a', '{"id": "{id}"}', '{}', '{', '{A}']`, `[{F refresh [a {"id": "{id}"} {} { {A}] false pane}]`},
		{"command = [{key = 'F', name = 'x', run = ['a']}]", "[{F x [a] false pane}]"},
		{"[[hook]]\non = ['dead']\nrun = ['a']\n" + head + "run = []", `c.toml:7:1: command: run must be a program and its arguments, such as ["hermes", "auth", "refresh", "{id}"]`},
		{"command = 'a'", "c.toml:1:1: command must be an array of tables, each beginning with [[command]]"},
		{head, "c.toml:1:3: command: " + all},
		{"[[command]]\nrun = ['a']\nkey = 'F'", "c.toml:1:3: command: " + all},
		{head + "run = 'a'", `c.toml:4:1: command: run must be a program and its arguments, such as ["hermes", "auth", "refresh", "{id}"]`},
		{head + "run = ['a', '{idd}']", `c.toml:4:1: command: run: unknown placeholder {idd} (did you mean "id"?)`},
		{head + "run = ['a', '{{token}}']", "c.toml:4:1: command: run: unknown placeholder {token}"},
		{head + "run = ['/bin/{label}']", "c.toml:4:1: command: run: the program must not contain the placeholder {label}"},
		{head + "run = ['a']\n" + head + "run = ['{x}']", "c.toml:8:1: command: run: unknown placeholder {x}"},
		{head + "run = ['a']\noutput = 'panel'", `c.toml:5:1: command: output must be pane, terminal or none, not "panel"`},
		{head + "run = ['a']\nconfirm = 'yes'", `c.toml:5:1: command: confirm must be true or false, not "yes"`},
		{head + "run = ['a']\nrunn = 1", `c.toml:5:1: unknown key "runn" in command.0 (did you mean "run"?)`},
		{"[[command]]\nkey = 1", `c.toml:2:1: command: key must be the name of a key, such as "F"`},
		{"[[command]]\nname = \"a\\u001b\"", "c.toml:2:1: command: name must be printable text of at most 20 characters"},
		{"[[command]]\nname = 'a name that is far too long'", "c.toml:2:1: command: name must be printable text of at most 20 characters"},
	} {
		cfg, err := Parse("c.toml", []byte(tt.text))
		got := fmt.Sprint(cfg.Commands)
		if err != nil {
			got = err.Error()
		}
		equal(t, tt.text, got, tt.want)
	}
}
