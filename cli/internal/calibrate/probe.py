"""Prints the deadlines that the agent in argv[1] computes for the probes on standard input.

The input is {"now": seconds, "probes": [{"entry": {...}, "sole": bool}, ...]}, the output
{"version": string or null, "files": [path, ...], "deadlines": [seconds or null, ...]}. The clock is stopped at now, and sockets
cannot be opened.
"""
import inspect
import json
import os
import socket
import sys
import time


def refuse(*_args, **_kwargs):
    raise OSError("no network while calibrating")


def find(name):
    """Returns the object with that name from the pool module or another module of the agent."""
    import agent.credential_pool as pool

    if hasattr(pool, name):
        return getattr(pool, name)
    for module in list(sys.modules.values()):
        if (getattr(module, "__name__", "") or "").startswith("agent.") and hasattr(module, name):
            return getattr(module, name)
    raise LookupError("the agent has no function " + name)


def version():
    for module in ("hermes_cli", "agent"):
        value = getattr(sys.modules.get(module), "__version__", None)
        if isinstance(value, str):
            return value
    return None


def main():
    request = json.load(sys.stdin)
    answer, sys.stdout = sys.stdout, sys.stderr  # the agent's output must not mix with the answer
    socket.socket.connect = refuse
    socket.create_connection = refuse
    time.time = lambda: request["now"]
    sys.dont_write_bytecode = True
    sys.path.insert(0, sys.argv[1])
    os.chdir(sys.argv[1])
    until, make = find("_exhausted_until"), find("PooledCredential").from_dict
    takes_sole = "sole_credential" in inspect.signature(until).parameters
    deadlines = []
    for probe in request["probes"]:
        entry = make("openrouter", probe["entry"])
        deadlines.append(until(entry, sole_credential=probe["sole"]) if takes_sole else until(entry))
    files = sorted({os.path.abspath(inspect.getsourcefile(f)) for f in (until, make)} | {os.path.join(os.path.abspath(sys.argv[1]), "agent", "credential_pool.py")})
    json.dump({"version": version(), "files": files, "deadlines": deadlines}, answer)


main()
