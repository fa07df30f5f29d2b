"""Gives out ports that no other run of the tests takes, for servers that can't be handed a socket.

A port picked by binding to 0 and letting go may be taken by anybody before the server binds it. These come from below
the range that the kernel gives out, and each is held by a lock that ends with this process.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence

#: Below the ephemeral ports (32768 and up on Linux, 49152 in the standard), above the well-known services.
_PORTS = range(20_000, 32_000)

_held: list[socket.socket] = []


def lease(*, also: Sequence[int] = ()) -> int:
    """Return a port that is free on this machine and stays ours as long as this process lives.

    :param also: distances of further ports that must be free with it.
    """
    for first in random.sample(_PORTS, len(_PORTS)):
        locks: list[socket.socket] = []
        if all(_take(first + distance, locks) for distance in (0, *also)):
            _held.extend(locks)
            return first
        for lock in locks:
            lock.close()
    raise RuntimeError(f"no port is free between {_PORTS.start} and {_PORTS.stop}")


def _take(port: int, locks: list[socket.socket]) -> bool:
    # An abstract socket belongs to the same network namespace as the ports; the kernel frees it with its process.
    lock = socket.socket(socket.AF_UNIX)
    locks.append(lock)
    try:
        lock.bind(f"\0esea-tests-port-{port}")
        with socket.socket() as probe:
            probe.bind(("", port))
        if socket.has_dualstack_ipv6():
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::", port))
    except OSError:
        return False
    return True
