"""Helper processes: a start that hangs fails within its deadline and shows why; nothing outlives its run."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from esea_auth_plugin.testing import ports, run, watchdog
from esea_auth_plugin.testing.processes import DEADLINE, Helper, HelperFailed, execute, says

#: Says two things, starts a child whose number it tells, and never gets ready.
NEVER_READY = "echo loading keys; echo no entropy >&2; sleep 600 & echo child $! ; wait"


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(done: Callable[[], bool]) -> bool:
    limit = time.monotonic() + DEADLINE
    while not done() and time.monotonic() < limit:
        time.sleep(0.05)
    return done()


def children(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "pids").read_text().split()]


def test_a_helper_that_never_says_ready_fails_with_its_output_and_leaves_no_process() -> None:
    said: list[str] = []

    def never(helper: Helper) -> bool:
        assert eventually(lambda: "child" in helper.output())
        said.append(helper.output())
        return False

    with pytest.raises(HelperFailed) as failed:
        Helper(["sh", "-c", NEVER_READY], ready=never, seconds=0.1).start()
    message = str(failed.value)
    assert "sleep 600" in message, "the command"
    assert "was not ready within 0.1 s" in message
    assert "loading keys" in message.partition("--- stderr ---")[0]
    assert "no entropy" in message.partition("--- stderr ---")[2]
    child = int(said[0].partition("child ")[2].split()[0])
    assert eventually(lambda: not is_running(child))


def test_a_helper_that_ends_before_it_is_ready_fails_at_once_with_its_status() -> None:
    with pytest.raises(HelperFailed, match=r"(?s)ended with status 3 before it was ready.*cannot bind"):
        Helper(["sh", "-c", "echo cannot bind >&2; exit 3"], ready=says("ready")).start()


def test_a_helper_serves_and_stops_in_order(tmp_path: Path) -> None:
    log = tmp_path / "helper.log"
    script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    with Helper(["sh", "-c", script], ready=says("^ready"), log=log) as helper:
        pid = helper.pid
        assert is_running(pid)
    assert not is_running(pid)
    assert log.read_text() == "ready\nbye\n"


def test_a_helper_that_does_not_stop_is_killed_and_told() -> None:
    helper = Helper(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"], ready=says("deaf")).start()
    pid = helper.pid
    helper._seconds = 0.1
    with pytest.raises(HelperFailed, match=r"(?s)did not end within 0.1 s.*deaf"):
        helper.stop()
    assert not is_running(pid)


def test_what_a_stopped_helper_started_ends_with_it(tmp_path: Path) -> None:
    script = f"sleep 600 & echo $! > {tmp_path}/pids; echo ready; exec sleep 600"
    with Helper(["sh", "-c", script], ready=says("ready")):
        assert is_running(children(tmp_path)[0])
    assert eventually(lambda: not is_running(children(tmp_path)[0]))


def test_a_program_is_given_its_input_and_says_what_it_has_to_say() -> None:
    found = execute(["sh", "-c", "cat; echo aside >&2; exit 4"], given=b"asked", check=False)
    assert (found.status, found.stdout, found.stderr) == (4, "asked", "aside\n")


def test_a_program_that_fails_or_hangs_shows_its_output(tmp_path: Path) -> None:
    with pytest.raises(HelperFailed, match=r"(?s)ended with status 4.*half.*why"):
        execute(["sh", "-c", "echo half; echo why >&2; exit 4"])
    with pytest.raises(HelperFailed, match=r"did not end within 0.1 s"):
        execute(["sh", "-c", f"sleep 600 & echo $! $$ > {tmp_path}/pids; wait"], seconds=0.1)
    if (tmp_path / "pids").exists():  # on a busy machine the deadline passes before it does anything
        assert eventually(lambda: not any(map(is_running, children(tmp_path))))


def test_a_child_that_keeps_the_output_open_holds_nobody() -> None:
    """With pipes, whoever reads to the end would wait for the child."""
    assert execute(["sh", "-c", "sleep 600 & echo done"]).stdout == "done\n"


def test_a_leased_port_is_given_once() -> None:
    found = [ports.lease(also=(2,)) for _ in range(20)]
    assert len({*found, *(port + 2 for port in found)}) == 40
    code = "from esea_auth_plugin.testing import ports\nports._PORTS = range({0}, {0} + 1)\nports.lease()"
    with pytest.raises(HelperFailed, match="no port is free"):
        execute([sys.executable, "-c", code.format(found[0])])


# --- runs that are killed --------------------------------------------------------------------------------------

CONFTEST = """
pytest_plugins = ["esea_auth_plugin.testing.fixtures"]
"""
TEST = """
import os, pathlib, time
from esea_auth_plugin.testing import databases, run
from esea_auth_plugin.testing.processes import Helper, says

HERE = pathlib.Path(__file__).parent

def test_starts_all_kinds_of_processes():
    script = "trap '' INT; sleep 600 & echo $! > pids; echo ready; wait"
    helper = Helper(["sh", "-c", script], ready=says("ready"), cwd=HERE).start()
    server = (databases.cluster() / "data" / "postmaster.pid").read_text().split()[0]
    with (HERE / "pids").open("a") as pids:
        pids.write(f"{helper.pid} {server} {os.getpid()}")
    (HERE / "new").write_text(str(run.folder()))
    (HERE / "new").rename(HERE / "folder")
    if os.environ["HOW"] == "crash":
        os._exit(1)
    while True:
        time.sleep(1)
"""


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT", "crash"])
def test_nothing_is_left_of_a_run_that_was_killed(tmp_path: Path, how: str, workers: int) -> None:
    """The runner is killed, interrupted or told to end; its worker crashes: no process and no folder remain."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    # A shell that starts the tests in the background has them ignore SIGINT, which children inherit.
    command = ["env", "--default-signal=INT", sys.executable, "-m", "pytest"]
    command += ["-p", "no:cacheprovider", "-n", str(workers), "test_it.py"]
    # The run inside has a folder and a watchdog of its own.
    environment = {**os.environ, watchdog.VARIABLE: "", "HOW": how}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID"):
        environment.pop(name, None)
    started = tmp_path / "folder"
    if how == "crash":
        assert execute(command, cwd=tmp_path, env=environment, check=False).status == 1
    else:
        with Helper(command, ready=lambda helper: started.exists(), cwd=tmp_path, env=environment) as runner:
            os.killpg(runner.pid, signal.Signals[how])  # the whole group, as a terminal or a service manager does
            assert runner.wait() != 0
    folder, pids = Path(started.read_text()), children(tmp_path)
    assert len(pids) == 4
    assert folder != run.folder()
    assert eventually(lambda: not any(map(is_running, pids))), [pid for pid in pids if is_running(pid)]
    assert eventually(lambda: not folder.exists())
