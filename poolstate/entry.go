package poolstate

import (
	"time"

	"pooltop/poolstate/internal/jsonedit"
)

// addProvider adds a provider with the credentials of its list.
func (p *Pool) addProvider(name string, list *jsonedit.Value, loc *time.Location) {
	p.Providers = append(p.Providers, Provider{Name: name})
	prov := &p.Providers[len(p.Providers)-1]
	if !list.IsArray() {
		prov.note("not a list, left as it is")
		return
	}
	prov.Credentials = make([]Credential, 0, len(list.Items))
	ids := make(map[string]bool, len(list.Items))
	for i := range list.Items {
		if !list.Items[i].IsObject() {
			prov.note("entry %d is not an object, left as it is", i+1)
			continue
		}
		c := Credential{Ref: Ref{Provider: name, Position: i}}
		c.decode(&list.Items[i], p, loc)
		switch {
		case c.ID == "":
			prov.note("entry %d has no id", i+1)
		case ids[c.ID]:
			prov.note("entry %d has the id of an earlier one", i+1)
		}
		ids[c.ID] = true
		prov.Credentials = append(prov.Credentials, c)
	}
	prov.order()
}
