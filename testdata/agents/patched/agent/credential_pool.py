"""A stand-in for a fork: other waits for each code, and a day from the third failure on."""

WAITS = {401: 600, 402: 120, 429: 900}


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
    at = values.get("last_status_at")
    if not at:
        return None
    if values.get("consecutive_failures", 0) >= 3:
        return at + 86400
    return at + WAITS.get(values.get("last_error_code"), 1800)
