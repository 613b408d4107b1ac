"""The one way out: a guarded HTTP client for the few services an operator asks for.

Nothing inside the operator's network can be reached through it: the host's name is resolved once,
every address it has must be public, and exactly the checked address is then connected to, so that
a name cannot answer differently the second time (DNS rebinding). Redirects pass the same check.
No proxy, cookie or credential of the machine goes along, and nothing about a request is logged:
its address may hold a key or an old person's door.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

# These would write every address, query and all, into the log.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)

TIMEOUT_S, BYTES_MAX, REDIRECTS_MAX = 5.0, 1_000_000, 3
URL_MAX = 4_000
# Clouds answer questions about the machine itself here, although the address is a public one.
METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})
# IPv6 prefixes whose last four bytes are an IPv4 address: NAT64 (RFC 6052, 8215).
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_REDIRECTS = (301, 302, 303, 307, 308)

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[str, int]
"""Host as written, and port."""


class OutboundRefused(Exception):
    """The target is not allowed; nothing was sent to it."""


class OutboundFailed(Exception):
    """The target was asked and gave no usable answer in time."""


@dataclass(frozen=True)
class Answer:
    """What came back: any status, at most the bytes allowed."""

    status: int
    content: bytes
    media_type: str


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet, also when it hides inside an IPv6 one."""
    try:
        ip: Ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _inner(ip)
    if inner is not None and not is_public(str(inner)):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in METADATA


def _inner(ip: Ip) -> Ip | None:
    """The IPv4 address inside a mapped, translated or tunnelled IPv6 address."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if any(ip in network for network in _NAT64):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def _place(url: httpx.URL) -> Place:
    port = url.port or (443 if url.scheme == "https" else 80)
    return url.host, port


def _checked_url(url: str | httpx.URL) -> httpx.URL:
    """A web address without a name and password in it. Raises OutboundRefused."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, TypeError):
        raise OutboundRefused("not an address") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise OutboundRefused("only http and https")
    if parsed.userinfo:
        raise OutboundRefused("a name or password in the address")
    if len(str(parsed)) > URL_MAX:
        raise OutboundRefused("the address is too long")
    return parsed


def _addresses(url: httpx.URL, allowed: frozenset[Place]) -> list[str]:
    """The addresses to connect to; all must be public, or the place allowed by name.

    Resolving also reads the odd spellings (2130706433, 0x7f.1, 0177.0.0.1) as the machine would.
    Raises OutboundRefused, or OutboundFailed when the name does not resolve.
    """
    host, port = _place(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundFailed("the name does not resolve") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses:
        raise OutboundFailed("the name does not resolve")
    if (host, port) not in allowed and not all(is_public(address) for address in addresses):
        raise OutboundRefused("the address is not in the open internet")
    return addresses


def _read(answer: httpx.Response, deadline: float, bytes_max: int) -> bytes:
    """The body, as it was sent; broken off when it is too long or too slow."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise OutboundFailed("packed although it was not asked for")
    content = bytearray()
    for chunk in answer.iter_raw():
        content += chunk
        if len(content) > bytes_max:
            raise OutboundFailed("too many bytes")
        if time.monotonic() > deadline:
            raise OutboundFailed("too slow")
    if time.monotonic() > deadline:  # cut off, it looks like a short body's end
        raise OutboundFailed("too slow")
    return bytes(content)


@contextlib.contextmanager
def _cut_at(deadline: float) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Hang up when the time is over; what it gives is httpcore's "trace", told of each connection.

    A timeout of the client is for one piece: whoever sends a header letter by letter never ends.
    """
    lines: list[socket.socket] = []

    def hang_up() -> None:
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def connected(event: str, told: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            # A copy: TLS takes the first one over.
            lines.append(told["return_value"].get_extra_info("socket").dup())
            if time.monotonic() > deadline:
                hang_up()

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield connected
    finally:
        timer.cancel()
        for line in lines:
            line.close()


def _ask(
    url: httpx.URL, address: str, headers: Mapping[str, str], deadline: float, bytes_max: int
) -> tuple[Answer, str]:
    """One request to exactly `address`; the answer, and where it sends us on ("" if nowhere)."""
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise OutboundFailed("too slow")
    client = httpx.Client(trust_env=False, follow_redirects=False)
    with _cut_at(deadline) as trace, client:
        # The certificate is still checked against the name.
        request = httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers={"Accept-Encoding": "identity", **headers, "Host": url.netloc.decode("ascii")},
            extensions={
                "sni_hostname": url.raw_host.decode("ascii"),
                "timeout": httpx.Timeout(left_s).as_dict(),
                "trace": trace,
            },
        )
        answer = client.send(request, stream=True)
        try:
            if answer.status_code in _REDIRECTS:
                return Answer(answer.status_code, b"", ""), answer.headers.get("location", "")
            content = _read(answer, deadline, bytes_max)
        finally:
            answer.close()
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Answer(answer.status_code, content, kind), ""


def _hop(
    url: httpx.URL,
    headers: Mapping[str, str],
    deadline: float,
    bytes_max: int,
    allowed: frozenset[Place],
) -> tuple[Answer, str]:
    """Ask the first of the host's addresses that answers."""
    last: Exception = OutboundFailed("no answer")
    for address in _addresses(url, allowed):
        try:
            return _ask(url, address, headers, deadline, bytes_max)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            last = error
        except httpx.HTTPError as error:
            raise OutboundFailed(type(error).__name__) from None
    raise OutboundFailed(type(last).__name__) from None


def fetch(
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    bytes_max: int = BYTES_MAX,
    redirects_max: int = REDIRECTS_MAX,
    allowed: frozenset[Place] = frozenset(),
) -> Answer:
    """GET `url`, following few redirects.

    `timeout_s` holds for everything together, from the first name to the last byte (only the
    machine's resolver keeps its own time); `allowed` are (host, port) inside the own network that
    the operator named. Raises OutboundRefused or OutboundFailed, neither of which tells the
    address.
    """
    deadline = time.monotonic() + timeout_s
    target = _checked_url(url)
    if params:
        target = _checked_url(target.copy_merge_params(dict(params)))
    for _ in range(redirects_max + 1):
        answer, further = _hop(target, headers or {}, deadline, bytes_max, allowed)
        if answer.status not in _REDIRECTS:
            return answer
        try:
            following = _checked_url(target.join(further))
        except httpx.InvalidURL:
            raise OutboundRefused("not an address") from None
        if target.scheme == "https" and following.scheme == "http":
            raise OutboundRefused("from https back to http")
        target = following
    raise OutboundFailed("too many redirects")
