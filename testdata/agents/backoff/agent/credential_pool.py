"""A stand-in for an agent with exponential backoff, whose functions are in another module."""
from agent.cooldown import PooledCredential as _Credential  # noqa: F401
