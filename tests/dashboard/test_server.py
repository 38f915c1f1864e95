import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from neuroevo.dashboard import Dashboard, Limits
from neuroevo.dashboard.run_list import RunList
from neuroevo.dashboard.security import known_hosts
from neuroevo.errors import UsageError
from neuroevo.runs import Journal, RunFolder, RunLock, read_trials
from tests.dashboard.client import Client

Serve = Callable[..., Client]
PAGES = (
    "",
    "/report.html",
    "/trials",
    "/trials/3",
    "/trials/3/experiment.toml",
    "/files/best.toml",
)


def addresses(identity: str) -> list[str]:
    """List an address of each kind."""
    own = [f"/runs/{identity}{page}" for page in PAGES]
    return ["/", *own, "/assets/dashboard.js", "/assets/dashboard.css", "/nowhere"]


def test_every_response_has_security_headers(client: Client, first: str) -> None:
    """Pages, files, styles and refusals forbid sniffing, framing, referrers and foreign scripts."""
    for path in addresses(first):
        answer = client.ask(path)
        assert answer.status == (404 if path == "/nowhere" else 200)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy or path.endswith("report.html")
        assert not re.search(r"script-src[^;]*unsafe", policy)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cache-control"] in {"no-store", "no-cache"}
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:8377", "[::1]:1"])
def test_known_hosts_are_served(client: Client, host: str) -> None:
    """The names of this machine are accepted, with any port."""
    assert client.ask("/", headers={"Host": host}).status == 200


OTHER_HOSTS = """
evil.example 127.0.0.1.evil.example localhost.evil.example evil.example:8377
127.0.0.1@evil.example 10.0.0.1 [::2] localhost,evil.example %6cocalhost
"""


@pytest.mark.parametrize("host", ["", *OTHER_HOSTS.split()])
def test_other_hosts_are_refused(client: Client, host: str) -> None:
    """A foreign name that resolves to this machine (DNS rebinding) is refused at any address."""
    for path in ("/", "/events", "/assets/dashboard.js", "/nowhere"):
        answer = client.ask(path, headers={"Host": host})
        assert answer.status == 421
        assert len(answer.body) < 100


def test_request_without_a_host_or_with_two_is_refused(client: Client) -> None:
    """A request must name exactly one host."""
    for hosts in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
        assert sent(client, b"GET / HTTP/1.1\r\n" + hosts + b"\r\n").split()[1] in {b"400", b"421"}
    assert sent(client, b"GET / HTTP/1.0\r\n\r\n").split()[1] == b"421"


def test_server_at_all_addresses_accepts_only_ip_addresses_and_its_own_name() -> None:
    """A server at all addresses accepts IP addresses and its machine's name, and no other name."""
    is_known = known_hosts("0.0.0.0")  # noqa: S104 - nothing listens there
    assert all(map(is_known, ["192.0.2.7", "[2001:db8::1]", "localhost", socket.gethostname()]))
    assert not any(map(is_known, ["evil.example", "1.2.3.4.evil.example", ""]))
    assert known_hosts("192.0.2.7")("192.0.2.7")
    assert not known_hosts("192.0.2.7")("192.0.2.8")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_refused(client: Client, first: str, method: str) -> None:
    """Only GET and HEAD are allowed, at every address."""
    for path in addresses(first):
        answer = client.ask(path, method, body="x" * 10)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_the_body(client: Client, first: str) -> None:
    """HEAD returns the same status and length without a body, also for an event stream."""
    for path in [*addresses(first), "/events", f"/runs/{first}/events"]:
        answer = client.ask(path, "HEAD")
        assert answer.body == b""
        assert answer.status == (404 if path == "/nowhere" else 200)
        if "events" not in path:
            got = client.ask(path)
            assert got.headers["content-type"] == answer.headers["content-type"]
            assert answer.headers["content-length"] == str(len(got.body))


def test_requests_from_other_sites_are_refused(client: Client) -> None:
    """A cross-site image, frame, script or fetch is refused; a link to a page is not."""
    for mode, kind in (("no-cors", "image"), ("navigate", "iframe"), ("cors", "empty")):
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": kind}
        assert client.ask("/", headers=headers).status == 403
    followed = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.ask("/", headers=followed | {"Sec-Fetch-Site": "cross-site"}).status == 200


@pytest.fixture
def secret(results: Path) -> Path:
    """Put a secret beside the results, and in them links to it and to a run elsewhere."""
    secret = results.parent / "secret"
    secret.write_text("SECRET")
    elsewhere = results.parent / "elsewhere-20200101-000000"
    run = next(results.iterdir())
    shutil.copytree(run, elsewhere)
    (results / "linked-20200101-000000").symlink_to(elsewhere)
    (results / "no-run").mkdir()
    (results / "no-run" / "best.toml").write_text("SECRET")
    (run / "notes.txt").write_text("SECRET")
    (run / "random.jsonl").symlink_to(secret)
    os.mkfifo(run / "ablation.jsonl")
    return run


STRANGE = """
/../secret /.. /../ //etc/passwd /%2e%2e/secret /%2e%2e%2fsecret /..%2fsecret /.%2e/secret
/..%5csecret /..\\secret /%00 /secret%00.html /runs/ /runs/.. /runs/. /runs/%2e%2e /runs/../secret
/runs/%2e%2e/secret /runs/no-run /runs/no-run/files/best.toml
/runs/elsewhere-20200101-000000 /runs/..%2felsewhere-20200101-000000 /assets/ /assets/..
/assets/../pages.py /assets/README.md /assets/%2e%2e /assets/runs.html.jinja
/assets/..%2f..%2fpages.py /%ff /%c3%28 /runs/%0a /runs/%c3%bc /events/.. /; /runs/x;y /index.html
/favicon.ico
"""
IN_A_RUN = """
/.. /../ /files /files/ /files/.. /files/../best.toml /files/%2e%2e /files/notes.txt /files/lock
/files/start.json /files/checkpoint.json /files/random.jsonl /files/ablation.jsonl
/files/best.toml%00 /files/best.toml/ /files/..%2f..%2fsecret /files/./best.toml /files/BEST.TOML
//files/best.toml /trials/-1 /trials/999999 /trials/1.5 /trials/x /trials/ /best.toml
/trials/1/experiment.toml/ /report.html/ /checkpoint.json
"""


def test_only_listed_files_are_served(serve: Serve, secret: Path) -> None:
    """No path, encoded or not, leads to an unlisted file: not upwards, not through links."""
    client = serve(secret.parent)
    paths = [*STRANGE.split(), *(f"/runs/{secret.name}{path}" for path in IN_A_RUN.split())]
    paths.append(f"/runs/{secret.name}/trials/{'9' * 500}")
    for path in paths:
        answer = client.ask(path)
        assert (path, answer.status) == (path, 404)
        assert b"SECRET" not in answer.body
    for target in (b"http://localhost/secret", b"*", b"secret"):
        got = sent(client, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert got.split()[1] in {b"404", b"400"}
    listed = client.ask("/").text
    assert "linked-2020" in listed
    assert "no-run" not in listed


def test_long_addresses_and_headers_are_refused(client: Client) -> None:
    """Paths, queries and headers that are longer than any of the dashboard are refused."""
    assert client.ask("/" + "a" * 2_000).status == 414
    assert client.ask("/?filter=" + "a" * 5_000).status == 414
    assert client.ask("/?filter=" + "a" * 3_000).status == 200
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    assert sent(client, head + b"a" * 70_000)[9:12] == b"400"
    assert sent(client, head + b"a" * 20_000 + b"\r\n\r\n")[9:12] == b"431"


def test_reading_changes_no_file(serve: Serve, results: Path, first: str) -> None:
    """After all pages were opened, all files of a run have the same inode, size and time."""

    def state() -> dict[str, tuple[int, int, int]]:
        statuses = {str(path): path.stat() for path in results.rglob("*")}
        return {name: (s.st_ino, s.st_size, s.st_mtime_ns) for name, s in statuses.items()}

    before = state()
    client = serve(results)
    for path in addresses(first):
        client.ask(path)
    with followed(client, f"/runs/{first}/events") as events:
        next(events)
    assert state() == before


def test_damaged_run_shows_the_reason(serve: Serve, results: Path, first: str) -> None:
    """Its row and its pages show the reason, and its files can still be downloaded."""
    (results / first / "trials.jsonl").write_bytes(b"nonsense\n")
    client = serve(results)
    assert "line 1: must end with its checksum" in client.ask("/").text
    page = client.ask(f"/runs/{first}")
    assert page.status == 200
    assert "line 1: must end with its checksum" in page.text
    for path in ("/report.html", "/trials", "/trials/3"):
        answer = client.ask(f"/runs/{first}{path}")
        assert answer.status == 500
        assert "line 1: must end with its checksum" in answer.text
        assert "Traceback" not in answer.text
    assert (
        client.ask(f"/runs/{first}/files/best.toml").body
        == (results / first / "best.toml").read_bytes()
    )


def test_wrong_comparisons_are_refused(client: Client, first: str) -> None:
    """One run, the same run twice and too many runs are refused; an unknown run is not found."""
    many = "&".join(f"run={number}" for number in range(9))
    for query in ("", f"run={first}", f"run={first}&run={first}", many):
        assert client.ask(f"/compare?{query}").status == 400
    for other in ("nowhere", "..", "%2e%2e%2fsecret", "latest"):
        assert client.ask(f"/compare?run={first}&run={other}").status == 404


def test_files_are_downloaded_unchanged(client: Client, sound: Path, first: str) -> None:
    """Each offered file is sent byte for byte, as a download."""
    offered = re.findall(r'href="(/runs/[^"]*/files/([^"]*))"', client.ask(f"/runs/{first}").text)
    assert {name for _, name in offered} >= {"best.toml", "champions.safetensors", "trials.jsonl"}
    for path, name in offered:
        answer = client.ask(path)
        assert answer.body == (sound / first / name).read_bytes()
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_growing_file_is_downloaded_with_its_first_size(
    serve: Serve, results: Path, first: str
) -> None:
    """What is appended to a file during its download is not part of the download."""
    journal = RunFolder(results / first).journal_file
    content = journal.read_bytes() * 40
    journal.write_bytes(content)
    client = serve(results)
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        head = f"GET /runs/{first}/files/trials.jsonl HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        received = connection.recv(1_000)
        with journal.open("ab") as file:
            file.write(b"x" * 1_000_000)
        while piece := connection.recv(1_000_000):
            received += piece
    assert received.partition(b"\r\n\r\n")[2] == content


def test_unchanged_assets_are_not_sent_again(client: Client) -> None:
    """A browser that has a style or script gets status 304."""
    answer = client.ask("/assets/dashboard.js")
    again = client.ask("/assets/dashboard.js", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@contextmanager
def followed(client: Client, path: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Follow an event stream: the data of each event."""
    connection = socket.create_connection(("127.0.0.1", client.port), timeout=20)
    with connection, connection.makefile("rb") as file:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b" 200 " in file.readline()
        yield (json.loads(line[6:]) for line in file if line.startswith(b"data: "))


def test_event_stream_sends_each_change(serve: Serve, results: Path, first: str) -> None:
    """Appended trials, a new run, its end and its removal are sent."""
    folder = RunFolder(results / first)
    # Their curves would be read from the journal, which is removed.
    trials = [
        replace(
            each,
            curve=tuple(each.curve),
            replicates={name: tuple(values) for name, values in each.replicates.items()},
        )
        for each in read_trials(folder.journal_file)
    ]
    ended = folder.checkpoint_file.read_bytes()
    for file in (folder.journal_file, folder.checkpoint_file, folder.previous_checkpoint_file):
        file.unlink()
    client = serve(results)
    with (
        followed(client, f"/runs/{first}/events") as one,
        followed(client, "/events") as all_of_them,
    ):
        assert next(one)["state"] == "interrupted"
        assert len(next(all_of_them)) == 2
        with RunLock(folder), Journal(folder.journal_file) as journal:
            assert until(one, "state", "running")
            for count, trial in enumerate(trials[:20], start=1):
                journal.append(trial)
                if count % 10 == 0:
                    assert until(one, "trials", count)
            for trial in trials[20:]:
                journal.append(trial)
            folder.checkpoint_file.write_bytes(ended)
        assert until(one, "state", "complete")
        third = shutil.copytree(folder.path, results.parent / "third-20260101-000000")
        third.rename(results / third.name)
        assert until(all_of_them, "third-20260101-000000")["state"] == "complete"
        shutil.rmtree(results / "third-20260101-000000")
        assert until(all_of_them, "third-20260101-000000", None) is None


def until(events: Iterator[dict[str, Any]], name: str, value: object = ...) -> Any:  # noqa: ANN401 - any JSON value
    """Read events until one has a name, and the value if given; return its value."""
    for event in events:
        if name in event and (value is ... or event[name] == value):
            return event[name] if value is ... or value is None else True
    raise AssertionError(f"no event has {name}")


def test_number_of_event_streams_is_limited(serve: Serve, results: Path) -> None:
    """A stream beyond the limit is refused, and accepted again when another one has ended."""
    client = serve(results, Limits(streams=2))
    with followed(client, "/events") as events:
        next(events)
        with followed(client, "/events") as more:
            next(more)
            refused = client.ask("/events")
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
            assert client.ask("/").status == 200
        while client.ask("/events", "HEAD").status == 200:
            with suppress(AssertionError), followed(client, "/events") as again:
                next(again)
                break
            time.sleep(0.05)


def sent(client: Client, data: bytes) -> bytes:
    """Send bytes and return the first bytes of the response."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=5) as connection:
        connection.sendall(data)
        return connection.recv(65_536)


def is_cut(connection: socket.socket) -> bool:
    """Wait until the server closes a connection."""
    connection.settimeout(20)
    with suppress(ConnectionError):
        while connection.recv(65_536):
            pass
    return True


QUICK = Limits(head_seconds=0.6, stuck_seconds=0.6, waiting=8)
BEGUN = [
    b"",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET ",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
]


@pytest.mark.parametrize("begun", BEGUN, ids=["nothing", "half a head", "half a second", "a body"])
def test_slow_client_is_cut_off(serve: Serve, results: Path, begun: bytes) -> None:
    """A client that sends a byte now and then is cut off; others are served meanwhile."""
    client = serve(results, QUICK)
    with socket.create_connection(("127.0.0.1", client.port)) as slow:
        slow.sendall(begun)
        ended = threading.Event()

        def trickle() -> None:
            with suppress(OSError):
                while not ended.wait(0.05):
                    slow.sendall(b"X-a: b\r\n" if begun else b"G")

        thread = threading.Thread(target=trickle)
        thread.start()
        assert client.ask("/").status == 200
        assert is_cut(slow)
        ended.set()
        thread.join()


def test_second_request_of_a_connection_is_not_cut_off(
    serve: Serve, results: Path, first: str
) -> None:
    """A stream that is requested together with a file lasts longer than a head may take."""
    client = serve(results, QUICK)
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        for path in (f"/runs/{first}/files/best.toml", "/events"):
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        connection.settimeout(3 * QUICK.head_seconds)
        with pytest.raises(TimeoutError):
            list(iter(lambda: connection.recv(65_536), b""))


def test_many_slow_clients_do_not_block_others(serve: Serve, results: Path) -> None:
    """Of the connections without a request the oldest are closed, so that others are served."""
    client = serve(results, Limits(head_seconds=60, waiting=8, connections=20))
    slow = [socket.create_connection(("127.0.0.1", client.port)) for _ in range(60)]
    for connection in slow:
        connection.sendall(b"GET / HT")
    assert all(client.ask("/").status == 200 for _ in range(5))
    assert is_cut(slow[0])
    for connection in slow:
        connection.close()


def test_client_that_does_not_read_is_cut_off(serve: Serve, results: Path, first: str) -> None:
    """A report that is not read does not stay in memory; others get theirs meanwhile."""
    client = serve(results, QUICK)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", client.port))
        slow.sendall(f"GET /runs/{first}/report.html HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert len(client.ask(f"/runs/{first}/report.html").body) > 1_000_000
        time.sleep(2 * QUICK.stuck_seconds)
        taken = 0
        slow.settimeout(20)
        with suppress(ConnectionError):
            while piece := slow.recv(1_000_000):
                taken += len(piece)
        assert taken < 4_000_000


@pytest.mark.parametrize("path", ["/", "/events"])
def test_invalid_body_during_a_response_closes_the_connection(
    client: Client, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nonsense in the body of a request in progress ends the connection, without a log."""
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    for pause in (0.0, 0.5):
        with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
            connection.sendall(head.encode())
            time.sleep(pause)
            connection.sendall(b"nonsense\r\n")
            assert is_cut(connection)
    assert client.ask("/").status == 200
    assert caplog.messages == []


def test_reports_that_are_not_read_share_their_memory(
    serve: Serve, results: Path, first: str
) -> None:
    """Thirty clients that request the report and do not read it need no more memory than two."""
    client = serve(results)
    path = f"/runs/{first}/report.html"
    size = len(client.ask(path).body)
    tracemalloc.start()
    with ExitStack() as stack:
        for _ in range(30):
            slow = stack.enter_context(socket.socket())
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", client.port))
            slow.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert slow.recv(15) == b"HTTP/1.1 200 OK"
        held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * size


def test_simultaneous_requests_share_a_report(results: Path, first: str) -> None:
    """For eight simultaneous requests while the run goes on, at most two reports are made."""
    folder = RunFolder(results / first)
    trials = read_trials(folder.journal_file)
    run = RunList(results).open(first)
    assert run is not None
    ended = threading.Event()

    def append() -> None:
        with Journal(folder.journal_file) as journal:
            for number in itertools.count(len(trials)):
                journal.append(replace(trials[-1], number=number))
                if ended.wait(0.02):
                    return

    with ThreadPoolExecutor(9) as pool:
        writer = pool.submit(append)
        reports = [pool.submit(run.report) for _ in range(8)]
        made = {id(each.result()) for each in reports}
        ended.set()
        writer.result()
    assert len(made) <= 2


@contextmanager
def dashboard(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the command; it does not outlive its test."""
    command = [sys.executable, "-m", "neuroevo", "dashboard", *arguments]
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # else children ignore it
    with subprocess.Popen(
        command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        signal.signal(signal.SIGINT, handler)
        try:
            yield process
        finally:
            process.kill()  # has no effect if it has ended


@pytest.mark.parametrize(
    ("host", "number"),
    [("127.0.0.1", signal.SIGINT), ("0.0.0.0", signal.SIGTERM)],  # noqa: S104 - for a moment
)
def test_signal_ends_the_server_at_once(results: Path, host: str, number: signal.Signals) -> None:
    """It ends with the signal's code and one line, though a stream and a slow client are open.

    If other machines can reach it, there is a warning before; the printed address is local.
    """
    with dashboard("--results", str(results), "--port", "0", "--host", host) as process:
        assert process.stdout is not None
        url = process.stdout.readline()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\n", url)
        port = int(url.strip("/\n").rsplit(":", 1)[1])
        slow = socket.create_connection(("127.0.0.1", port), timeout=20)
        stream = socket.create_connection(("127.0.0.1", port), timeout=20)
        with slow, stream:
            slow.sendall(b"GET /")
            stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while b"data: " not in stream.recv(65_536):
                pass
            process.send_signal(number)
            _, said = process.communicate(timeout=10)
    assert process.returncode == 128 + number
    *warning, last = said.splitlines()
    assert last == "neuroevo: interrupted"
    assert len(warning) == (host != "127.0.0.1")
    assert all(
        "everyone who can connect to 0.0.0.0 can read all runs in" in line for line in warning
    )


def test_port_in_use_is_reported_in_one_line(client: Client) -> None:
    """A port that is already in use is an error of one line, without a traceback."""
    with dashboard("--port", str(client.port)) as process:
        output, complaint = process.communicate(timeout=60)
    assert (process.returncode, output) == (75, "")
    assert re.fullmatch(r"neuroevo: --port: must be free, but \d+ is already in use\n", complaint)


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("no.such.host.invalid", 0, "--host: must be a name or an address, but got 'no.such"),
        ("192.0.2.1", 0, "--host: must be an address of this machine, but got '192.0.2.1'"),
        ("127.0.0.1", 65_536, "--port: must be between 0 and 65535, but got 65536"),
    ],
)
def test_wrong_host_or_port_is_a_usage_error(host: str, port: int, words: str) -> None:
    """A host or port that can't be used is an error of one line."""
    with pytest.raises(UsageError) as refused:
        Dashboard(Path(), host, port)
    assert str(refused.value).startswith(words)


def test_help_has_examples() -> None:
    """``neuroevo dashboard --help`` lists options and examples."""
    with dashboard("--help") as process:
        output, _ = process.communicate(timeout=60)
    assert "--results" in output
    assert "neuroevo dashboard --open" in output


def test_headings_of_the_tables_are_names_in_filters(client: Client, first: str) -> None:
    """The heading of a column filters like the name of its field, on both pages of tables."""
    for path, heading, name in (
        (f"/runs/{first}/trials", "learning rate", "learning_rate"),
        (f"/runs/{first}/trials", "final MSE", "final_mse"),
        ("/", "lowest final MSE", "final_mse"),
    ):
        for limit in ("0.01", "10⁻¹"):
            queries = (urlencode({"filter": f"{field}>{limit}"}) for field in (heading, name))
            pages = [client.ask(f"{path}?{query}").text for query in queries]
            assert pages[0].count("data-row") == pages[1].count("data-row")
        refused = client.ask(f"{path}?{urlencode({'filter': f'{heading}>x'})}").text
        assert f"needs a number: {name}&gt;x" in refused
