"""The one way out: nothing inside the network answers, and nobody waits for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.outbound import Answer, OutboundFailed, OutboundRefused, fetch, is_public

INSIDE = [
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://localhost/", "http://0.0.0.0/", "http://0/",
    "http://10.0.0.1/", "http://172.16.3.4/", "http://192.168.1.1/", "http://100.64.0.1/", "http://100.100.100.200/",
    "http://169.254.169.254/latest/meta-data/", "http://168.63.129.16/", "http://224.0.0.1/", "http://255.255.255.255/",
    "http://240.0.0.1/", "http://192.0.2.1/", "http://198.18.0.1/",
    "http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a00:1]/", "http://[2002:7f00:1::]/", "http://[2001:0:0:0:0:0:80ff:fffe]/", "http://[::127.0.0.1]/",
    "https://127.0.0.1:5432/", "http://127.0.0.1:22/",
]  # fmt: skip
NO_WEB = [
    "", "food", "//example.invalid/x", "ftp://example.invalid/", "file:///etc/passwd", "gopher://example.invalid/",
    "javascript:alert(1)", "data:text/plain,x", "http://", "http:///x", "http://user:secret@example.invalid/",
    "http://user@example.invalid/", "http://exa mple/", "http://[::1", "http://example.invalid:99999/",
    "http://\x00example.invalid/", "http://\ud800.invalid/", "https://example.invalid/" + "a" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_nothing_inside_the_network_is_asked(url: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)) as refusal:
        fetch(url, timeout_s=2)
    # An odd spelling that this machine's resolver does not read is no way in either.
    assert isinstance(refusal.value, OutboundRefused) or "resolve" in str(refusal.value)


@pytest.mark.parametrize("url", NO_WEB)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)):
        fetch(url, timeout_s=2)


def test_an_unknown_name_fails_and_is_not_told() -> None:
    with pytest.raises(OutboundFailed) as failure:
        fetch("http://no-such-host.invalid/?key=secret", timeout_s=5)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("fe80::1%eth0", False), ("nonsense", False),
        ("::ffff:8.8.8.8", False), ("64:ff9b::808:808", False), ("64:ff9b::7f00:1", False), ("168.63.129.16", False),
    ],
)  # fmt: skip
def test_public_addresses_are_told_from_inner_ones(address: str, public: bool) -> None:
    assert is_public(address) is public


class Neighbour(BaseHTTPRequestHandler):
    """A real server on this machine; what it does depends on the path."""

    seen: list[dict[str, str]]
    hung_up = threading.Event()

    def do_GET(self) -> None:
        type(self).seen.append({name.lower(): value for name, value in self.headers.items()})
        port = self.server.server_address[1]
        match self.path.partition("?")[0]:
            case "/ok":
                self._answer(200, b'{"fine": true}', {"Set-Cookie": "spy=1"})
            case "/big":
                self._answer(200, b"x" * 50_000)
            case "/packed":
                self._answer(200, b"x", {"Content-Encoding": "gzip"})
            case "/slow":
                self._drip()
            case "/slow-head":
                self._drip_head()
            case "/on":
                self._answer(302, b"", {"Location": "/ok", "Set-Cookie": "spy=1"})
            case "/round":
                self._answer(307, b"", {"Location": f"http://127.0.0.1:{port}/round"})
            case "/inside":
                self._answer(302, b"", {"Location": "http://169.254.169.254/latest/"})
            case "/elsewhere":
                self._answer(301, b"", {"Location": "file:///etc/passwd"})
            case "/nowhere":
                self._answer(301, b"", {"Location": "http://[::1"})
            case _:
                self._answer(500, b"broken")

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json; charset=utf-8",
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def _drip_head(self) -> None:
        """Each letter comes in time, the header's end after half a minute."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        try:
            for _ in range(300):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
            self._answer(200, b"late")
        except OSError:
            type(self).hung_up.set()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    Neighbour.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Neighbour)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up is expected
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def port() -> Iterator[int]:
    with serving() as number:
        yield number


def ask(port: int, path: str, **more: Any) -> Answer:
    """The explicit allowance, for tests only."""
    allowed = frozenset({("127.0.0.1", port)})
    return fetch(f"http://127.0.0.1:{port}{path}", allowed=allowed, **({"timeout_s": 5.0} | more))


def test_an_allowed_neighbour_answers_without_our_cookies_or_proxies(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    answer = ask(port, "/on", params={"q": "曹杨八村 31 号&x=1"})
    assert answer == Answer(200, b'{"fine": true}', "application/json")
    assert [request.get("cookie") for request in Neighbour.seen] == [None, None]
    assert {request["host"] for request in Neighbour.seen} == {f"127.0.0.1:{port}"}
    assert ask(port, "/broken").status == 500


def test_the_allowance_is_for_that_port_only(port: int) -> None:
    with pytest.raises(OutboundRefused):
        fetch(f"http://127.0.0.1:{port}/ok", allowed=frozenset({("127.0.0.1", port + 1)}))
    assert Neighbour.seen == []


@pytest.mark.parametrize("path", ["/inside", "/elsewhere", "/nowhere"])
def test_a_redirect_to_the_inside_is_refused(port: int, path: str) -> None:
    with pytest.raises((OutboundRefused, OutboundFailed)) as refusal:
        ask(port, path)
    assert path == "/nowhere" or isinstance(refusal.value, OutboundRefused)
    assert len(Neighbour.seen) == 1


@pytest.mark.parametrize(
    ("path", "more"),
    [("/big", {"bytes_max": 10_000}), ("/slow", {"timeout_s": 0.5}), ("/round", {}), ("/packed", {}), ("/ok", {"timeout_s": 0.0})],
)  # fmt: skip
def test_too_much_too_slow_and_in_circles_ends(port: int, path: str, more: Any) -> None:
    with pytest.raises(OutboundFailed):
        ask(port, path, **more)


def test_a_header_that_comes_letter_by_letter_is_cut_off(port: int) -> None:
    Neighbour.hung_up.clear()
    with pytest.raises(OutboundFailed):
        ask(port, "/slow-head", timeout_s=0.5)
    assert Neighbour.hung_up.wait(20)  # long before the header's end


def test_a_closed_door_and_a_silent_one_end_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(OutboundFailed):
            ask(port, "/", timeout_s=0.3)
    with pytest.raises(OutboundFailed):
        ask(port, "/", timeout_s=1.0)


def test_a_name_that_changes_its_mind_is_asked_once_and_held_to_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer would be the inside; there is no second question."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolver(host: str, *rest: Any, **more: Any) -> Any:
        if host != "rebind.example.invalid":
            return real(host, *rest, **more)
        asked.append(host)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    place = ("rebind.example.invalid", port)
    answer = fetch(f"http://{place[0]}:{port}/ok", allowed=frozenset({place}))
    assert answer.status == 200
    assert asked == ["rebind.example.invalid"]
    assert Neighbour.seen[0]["host"] == f"rebind.example.invalid:{port}"
    with pytest.raises(OutboundRefused):
        fetch(f"http://{place[0]}:{port}/ok")
    assert len(Neighbour.seen) == 1


def certificate(folder: Path, name: str) -> Path:
    """A certificate for `name` that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "both.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize(
    ("name", "fine"), [("geo.example.invalid", True), ("other.example.invalid", False)]
)
def test_the_certificate_must_be_the_names_although_an_address_is_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fine: bool
) -> None:
    pem = certificate(tmp_path, name)
    real = socket.getaddrinfo
    monkeypatch.setattr(certifi, "where", lambda: str(pem))
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **more: real("127.0.0.1", *rest, **more)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with serving(context) as port:
        place = ("geo.example.invalid", port)
        if fine:
            assert fetch(f"https://{place[0]}:{port}/ok", allowed=frozenset({place})).status == 200
            with pytest.raises(OutboundRefused):  # from https to http
                fetch(f"https://{place[0]}:{port}/inside", allowed=frozenset({place}))
            Neighbour.hung_up.clear()
            slow = f"https://{place[0]}:{port}/slow-head"
            with pytest.raises(OutboundFailed):
                fetch(slow, allowed=frozenset({place}), timeout_s=0.5)
            assert Neighbour.hung_up.wait(20)
        else:
            with pytest.raises(OutboundFailed):
                fetch(f"https://{place[0]}:{port}/ok", allowed=frozenset({place}))
