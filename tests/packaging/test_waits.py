"""Nothing in the tests waits without a limit: processes start in one place, and every wait has a deadline.

A suite that hangs says nothing: a wait that can last for ever is refused here, and pytest-timeout is the last resort.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.packaging.sources import ROOT, tracked

TESTING = ROOT / "esea_auth_plugin" / "src" / "esea_auth_plugin" / "testing"
#: The mechanisms themselves, where the limits are kept.
MECHANISMS = {TESTING / "processes.py", TESTING / "run.py", TESTING / "threads.py", TESTING / "watchdog.py"}
#: Whatever starts a process or a pool of threads without a deadline of ours.
STARTS = {
    "Popen",
    "check_call",
    "check_output",
    "system",
    "popen",
    "fork",
    "posix_spawn",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "ThreadPoolExecutor",
    "ProcessPoolExecutor",
}
#: Methods that wait for ever unless they are given something (a timeout, or the value that makes them another method).
WAITS = {"join", "wait", "get", "result", "acquire", "communicate", "exception"}
#: Methods of sockets that wait for the other side.
SOCKET_WAITS = {"accept", "recv", "recvfrom", "connect_ex"}
#: Functions and classes that wait for ever unless they are told a timeout.
NEEDS_TIMEOUT = {"urlopen", "create_connection", "HTTPConnection", "HTTPSConnection", "Barrier"}
#: Methods of ours that end by their own deadline, by the name of what they are called on.
OUR_OWN = {("process", "wait"), ("runner", "wait"), ("cached", "get")}

PYTHON = [path for path in tracked() if path.suffix == ".py" and (path.is_relative_to(ROOT / "tests"))]
PYTHON += [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(TESTING)]


def problems(source: str) -> Iterator[str]:
    """Yield each call of a source that may wait for ever."""
    limited = "settimeout(" in source  # how a socket is told; which one it is can't be seen here
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg for keyword in node.keywords}
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        owner = function.value if isinstance(function, ast.Attribute) else None
        on = owner.id if isinstance(owner, ast.Name) else ""
        if name in STARTS or (on == "subprocess" and name == "run"):
            yield f"line {node.lineno}: {name}: use testing.processes or testing.threads"
        elif name in NEEDS_TIMEOUT and "timeout" not in named:
            yield f"line {node.lineno}: {name} without timeout"
        elif owner is not None and name in WAITS and not node.args and not named and (on, name) not in OUR_OWN:
            yield f"line {node.lineno}: .{name}() without a limit"
        elif owner is not None and name in SOCKET_WAITS and not limited:
            yield f"line {node.lineno}: .{name}() on a socket without settimeout"


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_wait_is_without_a_limit(path: Path) -> None:
    if path not in MECHANISMS:
        assert not list(problems(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "bad",
    [
        "subprocess.Popen(['node'])",
        "subprocess.run(['npm', 'ci'])",
        "subprocess.run(['npm', 'ci'], timeout=5)",
        "Popen(['node'])",
        "os.system('npm ci')",
        "thread.join()",
        "event.wait()",
        "queue.get()",
        "future.result()",
        "lock.acquire()",
        "urlopen('http://localhost')",
        "socket.create_connection(('localhost', 1))",
        "threading.Barrier(3)",
        "listening.accept()",
        "with ThreadPoolExecutor(3) as pool: pass",
    ],
)
def test_what_may_wait_for_ever_is_found(bad: str) -> None:
    assert len(list(problems(bad))) == 1


@pytest.mark.parametrize(
    "good",
    [
        "execute(['npm', 'ci'])",
        "thread.join(5)",
        "', '.join(words)",
        "event.wait(timeout=3)",
        "options.get('name')",
        "urlopen('http://localhost', timeout=5)",
        "threading.Barrier(3, timeout=5)",
    ],
)
def test_what_ends_by_itself_is_left_alone(good: str) -> None:
    assert not list(problems(good))
