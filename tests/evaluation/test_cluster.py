"""A Dask cluster computes the same bits as one machine, while workers come and go."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from neuroevo.errors import NeuroevoError, UsageError
from neuroevo.evaluation import evaluator
from neuroevo.evaluation.evaluator import Evaluation, Evaluator
from neuroevo.learning.training import SampleStream
from neuroevo.workers import Workers
from neuroevo.workers.backends import backend_of
from neuroevo.workers.pool import Failure
from tests.evaluation import faults
from tests.evaluation.test_evaluator import CONFIGURATIONS, SCORING, bits, evaluated

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is not installed"
)

ROOT = Path(__file__).parents[2]


class Cluster:
    """A scheduler and its workers, started with Dask's own commands.

    A trial that has killed a worker twice is not tried again; Dask's default is four times.
    """

    def __init__(
        self,
        processes: ExitStack,
        host: str = "127.0.0.1",
        namespace: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        self.processes = processes
        port = str(free_port())
        self.address = f"tcp://{host}:{port}"
        common = ("--host", host, "--port", port, "--no-dashboard")
        self.scheduler = self.start("scheduler", *common, *options, namespace=namespace)
        while self.scheduler.poll() is None:  # on a busy machine it takes long to start
            with suppress(OSError), socket.create_connection((host, int(port)), timeout=60):
                break
            time.sleep(0.05)

    def start(
        self, *command: str, namespace: str = "", libraries: Path = ROOT
    ) -> subprocess.Popen[bytes]:
        """Start a process of the cluster, which is killed at the end of the test.

        It finds the libraries in a folder before those that are installed.
        """
        prefix = ["ip", "netns", "exec", namespace] if namespace else []
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "dask", *command],
            stderr=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": f"{libraries}{os.pathsep}{ROOT}",
                "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            },
        )
        self.processes.callback(end, process)
        return process

    def start_worker(
        self, namespace: str = "", libraries: Path = ROOT, *, nanny: bool = True, count: int = 1
    ) -> subprocess.Popen[bytes]:
        """Start workers with one thread each and, as is Dask's default, a nanny each.

        All nannies are in one process.
        """
        options: tuple[str, ...] = ("--nthreads", "1", "--no-dashboard", "--death-timeout", "60")
        options = (*options, "--nworkers", str(count)) if nanny else (*options, "--no-nanny")
        return self.start(
            "worker", self.address, *options, namespace=namespace, libraries=libraries
        )

    def wait_for_workers(self, count: int) -> None:
        """Wait until this many workers have joined."""
        from distributed import Client  # noqa: PLC0415 - it need not be installed

        with Client(self.address, set_as_default=False, timeout=60) as client:
            client.wait_for_workers(count, timeout=60)

    def wait_until_empty(self) -> None:
        """Wait until the scheduler knows that all workers have left."""
        from distributed import Client  # noqa: PLC0415 - it need not be installed

        with Client(self.address, set_as_default=False, timeout=60) as client:
            while client.scheduler_info()["workers"]:
                time.sleep(0.05)

    @property
    def workers(self) -> Workers:
        """Return the settings of the cluster's workers."""
        return Workers(backend="dask", scheduler=self.address)


def free_port() -> int:
    """Find a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all its descendants."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for each in (*parent.children(recursive=True), parent):
            with suppress(psutil.NoSuchProcess):
                each.kill()
    process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Start a scheduler and two workers."""
    with ExitStack() as processes:
        cluster = Cluster(processes)
        cluster.start_worker(count=2)
        cluster.wait_for_workers(2)
        yield cluster


@pytest.fixture(scope="module")
def lonely() -> Iterator[Cluster]:
    """Start a scheduler whose workers are those of one test each."""
    with ExitStack() as processes:
        yield Cluster(processes)


@pytest.fixture
def without_workers(lonely: Cluster) -> Iterator[Cluster]:
    """Give that scheduler; workers that are started with it leave at the end."""
    with ExitStack() as processes:
        lonely.processes = processes
        yield lonely
    lonely.wait_until_empty()


@pytest.fixture(scope="module")
def alone(stream: SampleStream) -> list[tuple[bytes, bytes, str]]:
    """Return the bits that one thread computes."""
    return list(map(bits, evaluated(CONFIGURATIONS, stream)))


def bits_of(results: dict[int, Evaluation | Failure]) -> list[tuple[bytes, bytes, str]]:
    """Return the bits of results in their order."""
    return [bits(each) for _, each in sorted(results.items()) if isinstance(each, Evaluation)]


def test_same_bits_as_one_machine(
    cluster: Cluster,
    stream: SampleStream,
    alone: list[tuple[bytes, bytes, str]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Two worker processes compute the bits of one thread, twice, without output."""
    with Evaluator("float32", cluster.workers) as many:
        for _ in range(2):
            assert bits_of(dict(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))) == alone
    assert capfd.readouterr() == ("", "")


def test_a_worker_leaves_and_another_joins(
    cluster: Cluster, stream: SampleStream, alone: list[tuple[bytes, bytes, str]]
) -> None:
    """If a worker is killed and another joins, each trial has one result with the same bits."""
    leaving = cluster.start_worker()
    cluster.wait_for_workers(3)
    with Evaluator("float32", cluster.workers) as many:
        running = many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING)
        results = dict([next(running)])
        end(leaving)
        cluster.start_worker()
        results.update(running)
        assert bits_of(results) == alone
        assert bits_of(dict(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))) == alone


@pytest.mark.parametrize("moment", ["sent", "copied"])
def test_a_worker_leaves_while_what_items_share_is_sent(
    moment: str,
    stream: SampleStream,
    alone: list[tuple[bytes, bytes, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dask's scheduler looks for a worker that has left, or copies to it forever; we do not."""
    monkeypatch.setenv("DEPARTURE", moment)
    preload = ("--preload", str(Path(__file__).with_name("departure.py")))
    with ExitStack() as processes:
        cluster = Cluster(processes, options=preload)
        for _ in range(2):
            cluster.start_worker(nanny=False)
        cluster.wait_for_workers(2)
        with Evaluator("float32", cluster.workers) as many:
            assert bits_of(dict(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))) == alone


def test_all_workers_killed_at_once_are_replaced(
    cluster: Cluster, stream: SampleStream, alone: list[tuple[bytes, bytes, str]]
) -> None:
    """If all workers are killed, their nannies start new ones, and the samples are sent again."""
    with Evaluator("float32", cluster.workers) as many:
        running = many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING)
        results = dict([next(running)])
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "spawn_main" in " ".join(process.cmdline()):
                    process.kill()
        results.update(running)
    assert bits_of(results) == alone


def test_a_trial_that_kills_its_worker_has_failed(
    cluster: Cluster, stream: SampleStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A genome that kills every worker it runs on has failed; all others have results."""
    monkeypatch.setattr(evaluator, "_train", faults.train_or_die)
    deadly = {**CONFIGURATIONS[2], "hidden": (7,)}
    with Evaluator("float32", cluster.workers) as many:
        results = dict(many.evaluate(deque([*CONFIGURATIONS[:3], deadly]), (stream,), SCORING))
    failure = results.pop(3)
    assert isinstance(failure, Failure)
    # Once more if what items share was lost with the first worker, before it is known why.
    assert failure.cause.startswith(("its worker died twice", "its worker died 3 times"))
    assert bits_of(results) == list(map(bits, evaluated(CONFIGURATIONS[:3], stream)))


def test_a_trial_that_times_out_has_failed(
    cluster: Cluster, stream: SampleStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A genome that would take an hour has failed, and its worker is replaced."""
    monkeypatch.setattr(evaluator, "_train", faults.train_or_sleep)
    slow = {**CONFIGURATIONS[2], "hidden": (7,)}
    workers = Workers(backend="dask", scheduler=cluster.address, trial_timeout=3)
    with Evaluator("float32", workers) as many:
        results = dict(many.evaluate(deque([slow]), (stream,), SCORING))
    assert results == {0: Failure("took longer than its time limit of 3 s", 3)}
    # Without the limit, which others may exceed on a busy machine.
    with Evaluator("float32", cluster.workers) as many:
        results = dict(many.evaluate(deque(CONFIGURATIONS[:3]), (stream,), SCORING))
    assert bits_of(results) == list(map(bits, evaluated(CONFIGURATIONS[:3], stream)))


def test_a_lost_scheduler_is_reported_in_one_line(
    stream: SampleStream, capfd: pytest.CaptureFixture[str]
) -> None:
    """When the scheduler is killed, the error names it, and there is no other output."""
    with ExitStack() as processes:
        cluster = Cluster(processes)
        cluster.start_worker(nanny=False)
        cluster.wait_for_workers(1)
        with Evaluator("float32", cluster.workers) as many:
            running = many.evaluate(deque([*CONFIGURATIONS] * 20), (stream,), SCORING)
            next(running)
            end(cluster.scheduler)
            with pytest.raises(NeuroevoError) as caught:
                list(running)
    rule = "must stay reachable, but the connection was lost"
    assert caught.value.problems == (f"scheduler {cluster.address}: {rule}",)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a second for workers, where ten or sixty are waited otherwise."""
    for name in ("_TIMEOUT", "_TIMEOUT_LATER"):
        monkeypatch.setattr(f"neuroevo.workers.cluster.{name}", 1.0)


@pytest.mark.usefixtures("impatient")
def test_wrong_schedulers_are_refused(capfd: pytest.CaptureFixture[str]) -> None:
    """An address without a scheduler and texts that are no address are refused in one line."""
    nobody = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(NeuroevoError, match=r"^scheduler .* can be reached \(.*\)$"):
        Evaluator("float32", Workers(backend="dask", scheduler=nobody))
    assert capfd.readouterr() == ("", "")
    for address in ("here", "tcp://[::1", "", "tcp://a b:1"):
        with pytest.raises(UsageError, match=r"^scheduler: must be the address of a Dask sched"):
            Workers(backend="dask", scheduler=address)


def test_workers_with_other_versions_are_refused(
    without_workers: Cluster, stream: SampleStream, tmp_path: Path
) -> None:
    """A worker with other versions of neuroevo and numba is refused, with both versions."""
    for name in ("neuroevo", "numba"):
        folder = tmp_path / f"{name}-0.0.1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n")
    cluster = without_workers
    cluster.start_worker(libraries=tmp_path, nanny=False)
    cluster.wait_for_workers(1)
    with Evaluator("float32", cluster.workers) as many, pytest.raises(NeuroevoError) as caught:
        list(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))
    assert [problem.partition(": ")[2] for problem in caught.value.problems] == [
        f"must have {name} {metadata.version(name)}, but has 0.0.1"
        for name in ("neuroevo", "numba")
    ]


@pytest.mark.usefixtures("impatient")
def test_a_scheduler_without_workers_is_refused(
    without_workers: Cluster, stream: SampleStream
) -> None:
    """After some seconds without a worker there is an error."""
    cluster = without_workers
    with Evaluator("float32", cluster.workers) as many, pytest.raises(NeuroevoError) as caught:
        list(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))
    assert str(caught.value) == (
        f"scheduler {cluster.address}: must have workers, but has had none for 1 s; "
        f"start one with: dask worker {cluster.address}"
    )


@pytest.mark.usefixtures("impatient")
def test_workers_that_exit_while_they_are_prepared_are_not_waited_for_forever(
    without_workers: Cluster,
) -> None:
    """If the only worker is gone for good before it is ready, there is an error."""
    without_workers.start_worker(nanny=False)
    without_workers.wait_for_workers(1)
    backend = backend_of(without_workers.workers, faults.die)
    with closing(backend), pytest.raises(NeuroevoError, match="has had none for 1 s"):
        backend.parallel(None)


def test_same_bits_across_networks(
    machines: list[str], stream: SampleStream, alone: list[tuple[bytes, bytes, str]]
) -> None:
    """A scheduler and two workers in separate network namespaces compute the same bits."""
    first, *others = machines
    with ExitStack() as processes:
        cluster = Cluster(processes, ADDRESS.format(2), first)
        for name in others:
            cluster.start_worker(name, nanny=False)
        cluster.wait_for_workers(2)
        with Evaluator("float32", cluster.workers) as many:
            assert bits_of(dict(many.evaluate(deque(CONFIGURATIONS), (stream,), SCORING))) == alone


ADDRESS = f"10.{64 + os.getpid() // 256 % 128}.{os.getpid() % 256}.{{}}"
"""In a network that hopefully nobody else has, such as another process with these tests."""


@pytest.fixture
def machines() -> Iterator[list[str]]:
    """Make three network namespaces, connected with this one by a bridge."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces need root and the command ip")
    bridge = f"nevo{os.getpid()}"
    names = [f"{bridge}-{number}" for number in range(3)]
    with ExitStack() as cleanup:
        try:
            configure(f"link add {bridge} type bridge", cleanup, f"link del {bridge}")
            configure(f"addr add {ADDRESS.format(1)}/24 dev {bridge}")
            configure(f"link set {bridge} up")
            for number, name in enumerate(names):
                configure(f"netns add {name}", cleanup, f"netns del {name}")
                configure(f"link add {name} type veth peer name eth0 netns {name}")
                configure(f"link set {name} master {bridge} up")
                configure(f"-n {name} addr add {ADDRESS.format(2 + number)}/24 dev eth0")
                configure(f"-n {name} link set eth0 up")
                configure(f"-n {name} link set lo up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"the machine allows no network namespaces: {error.stderr.decode()}")
        yield names


def configure(change: str, cleanup: ExitStack | None = None, undo: str = "") -> None:
    """Change the network, and register how to undo the change."""
    subprocess.run(["ip", *change.split()], check=True, capture_output=True)  # noqa: S607 - found
    if cleanup is not None:
        cleanup.callback(configure, undo)
