package poolstate

// Optional is a value that the file may lack. The zero value is absent.
type Optional[T any] struct {
	value   T
	present bool
}

// Some returns a present value.
func Some[T any](v T) Optional[T] { return Optional[T]{value: v, present: true} }

// Get returns the value, and whether it is present.
func (o Optional[T]) Get() (T, bool) { return o.value, o.present }

// Or returns the value, or def if it is absent.
func (o Optional[T]) Or(def T) T {
	if o.present {
		return o.value
	}
	return def
}
