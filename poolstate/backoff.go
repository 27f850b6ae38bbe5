package poolstate

import "time"

const (
	baseTTL             = time.Hour
	baseTTLUnauthorized = 5 * time.Minute
	// soleTTL is the cooldown of a provider's only living credential under
	// FlatSole.
	soleTTL = time.Minute

	// maxExponent caps the multiplier at 2^3. Clamping the exponent rather than
	// the product avoids overflow after many failures.
	maxExponent = 3
)

// Steps is the number of steps of the backoff schedule: 1×, 2×, 4× and 8×.
const Steps = maxExponent + 1

// BaseTTL returns the cooldown of a first failure: five minutes for 401, which a
// token refresh usually resolves, and one hour for any other code or none. These
// are the values of the stock agent.
func BaseTTL(code Optional[int]) time.Duration {
	if c, ok := code.Get(); ok && c == codeUnauthorized {
		return baseTTLUnauthorized
	}
	return baseTTL
}

// exponent returns streak-1, clamped to 0..3. The bounds are checked before the
// subtraction, which would overflow for the smallest integer.
func exponent(streak int) int {
	switch {
	case streak <= 1:
		return 0
	case streak > maxExponent:
		return maxExponent
	default:
		return streak - 1
	}
}

// multiplier returns min(2^(streak-1), 8): 1, 2, 4, 8, 8, … for streaks of 1, 2, 3,
// 4, 5, …, and 1 for 0 and negative streaks.
func multiplier(streak int) int { return 1 << exponent(streak) }

// Step returns the step of the backoff schedule for a streak: 0 without a
// failure, 1 for 1×, up to 4 for 8×. A negative streak counts as a first failure.
func Step(streak int) int {
	if streak == 0 {
		return 0
	}
	return exponent(streak) + 1
}
