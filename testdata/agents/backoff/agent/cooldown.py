"""Cooldowns that double with each failure."""


class PooledCredential:
    def __init__(self, values):
        self.values = values

    @classmethod
    def from_dict(cls, provider, values):
        return cls(dict(values, provider=provider))


def _exhausted_until(entry):
    values = entry.values
    if values.get("last_status") != "exhausted":
        return None
    if values.get("last_error_reset_at"):
        return values["last_error_reset_at"]
    base = 300 if values.get("last_error_code") == 401 else 3600
    streak = max(values.get("consecutive_failures", 0), 1)
    at = values.get("last_status_at")
    return at + base * min(2 ** (streak - 1), 8) if at else None
