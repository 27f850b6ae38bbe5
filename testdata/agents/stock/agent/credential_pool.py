"""A stand-in for a stock agent of October 2026: a sole credential waits a minute, even if the provider names a later reset."""
import time


class PooledCredential:
    def __init__(self, values):
        self.values = values

    @classmethod
    def from_dict(cls, provider, values):
        return cls(dict(values, provider=provider))


def _wait(values, sole):
    code, cause = values.get("last_error_code"), values.get("failure_reason")
    if code == 401:
        return 300
    billing = code == 402 or cause == "billing"
    if sole and not billing or cause == "billing_unverified" and code != 402:
        return 60
    return 3600


def _exhausted_until(entry, *, sole_credential=False):
    values = entry.values
    if values.get("last_status") != "exhausted":
        return None
    reset, at = values.get("last_error_reset_at"), values.get("last_status_at")
    wait = _wait(values, sole_credential)
    billing = values.get("last_error_code") == 402 or values.get("failure_reason") == "billing"
    if reset and sole_credential and not billing:
        return min(reset, (at or time.time()) + wait)
    if reset:
        return reset
    return at + wait if at else None
