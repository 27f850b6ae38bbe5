package poolstate

import "time"

const (
	baseTTL             = time.Hour
	baseTTLUnauthorized = 5 * time.Minute
	// soleTTL is how long newer flat builds let a provider's last credential
	// wait.
	soleTTL = time.Minute

	// maxExponent caps the multiplier at 2^3. Clamping the exponent and not the
	// product keeps ten thousand failures from overflowing anything.
	maxExponent = 3
)

// Steps is the number of rungs on the ladder: 1×, 2×, 4× and 8×.
const Steps = maxExponent + 1

// BaseTTL is the cooldown of a first failure: five minutes for 401 (a token
// refresh usually mends it), one hour for 429, 402, any other code and none.
func BaseTTL(code Optional[int]) time.Duration {
	if c, ok := code.Get(); ok && c == codeUnauthorized {
		return baseTTLUnauthorized
	}
	return baseTTL
}

// exponent is streak-1, clamped to 0..3. The bounds are compared before the
// subtraction, which the smallest integer would not survive.
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

// multiplier is min(2^(streak-1), 8): 1, 2, 4, 8, 8, … for streaks of 1, 2, 3,
// 4, 5, …, and 1 for none, unknown and negative ones.
func multiplier(streak int) int { return 1 << exponent(streak) }

// Step is the rung of the ladder on which a streak stands: 0 below the first
// failure, 1 for 1×, up to 4 for 8×.
func Step(streak int) int {
	if streak == 0 {
		return 0
	}
	return exponent(streak) + 1
}
