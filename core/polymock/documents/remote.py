"""Documents from http(s) URLs, without letting them reach into the private network.

A host's addresses are looked up once and judged, and the connection goes to the judged address:
a name that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from polymock.documents.places import is_url

if TYPE_CHECKING:
    import httpx

ACCEPT = "application/yaml, application/json, text/yaml;q=0.9, */*;q=0.8"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Fetched(NamedTuple):
    """A document's bytes, and the URL that they came from after redirects."""

    url: str
    content: bytes


class Rules(NamedTuple):
    """Bounds of one fetch: bytes, seconds, hops, and whether private addresses are admitted."""

    bytes: int
    seconds: float
    redirects: int
    allow_private: bool


def fetch(url: str, rules: Rules) -> Fetched:
    """GET a URL within the rules. Raises ValueError with the reason.

    Every hop of a redirect is judged as the first one is. Proxies of the environment are not used,
    as they would connect to addresses that nobody judged. A thread of its own does the work: name
    servers and dripping headers know no deadline, so it is left behind when time is up.
    """
    outcome: queue.SimpleQueue[Fetched | ValueError] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcome.put(_fetched(url, rules))
        except ValueError as error:
            outcome.put(error)

    threading.Thread(target=work, name="fetch", daemon=True).start()
    try:
        found = outcome.get(timeout=rules.seconds)
    except queue.Empty:
        raise ValueError(_late(rules)) from None
    if isinstance(found, ValueError):
        raise found
    return found


def _late(rules: Rules) -> str:
    return f"it did not arrive within {rules.seconds:.1f} seconds"


def _fetched(url: str, rules: Rules) -> Fetched:
    import httpx  # loaded here as most contracts are files, and it costs 60 ms

    deadline = time.monotonic() + rules.seconds
    try:
        with httpx.Client(trust_env=False, follow_redirects=False) as client:
            for _ in range(rules.redirects + 1):
                answer = _get(client, url, rules, deadline)
                if isinstance(answer, bytes):
                    return Fetched(url, answer)
                url = answer.location
    except httpx.TimeoutException:
        raise ValueError(_late(rules)) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise ValueError(f"it cannot be fetched: {error}") from None
    raise ValueError(f"it redirects more than {rules.redirects} times")


class _Moved(NamedTuple):
    location: str


def _get(client: httpx.Client, url: str, rules: Rules, deadline: float) -> bytes | _Moved:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    address = judged_address(host, port, rules.allow_private)
    literal = f"[{address}]" if ":" in address else address
    query = f"?{parts.query}" if parts.query else ""
    request = client.build_request(
        "GET",
        f"{parts.scheme}://{literal}:{port}{parts.path or '/'}{query}",
        headers={"host": parts.netloc.rpartition("@")[2], "accept": ACCEPT},
        extensions={"sni_hostname": host},
        timeout=max(0.1, deadline - time.monotonic()),
    )
    response = client.send(request, stream=True)
    try:
        if response.status_code in REDIRECTS and "location" in response.headers:
            location = urljoin(url, response.headers["location"])
            if not is_url(location):
                raise ValueError("it redirects to something that is no http(s) URL")
            return _Moved(location)
        if response.status_code != 200:
            raise ValueError(f"the server answered {response.status_code}")
        return _body(response, rules, deadline)
    finally:
        response.close()


def _body(response: httpx.Response, rules: Rules, deadline: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes(65536):
        content += chunk
        if len(content) > rules.bytes:
            raise ValueError(f"it is larger than {rules.bytes} bytes")
        if time.monotonic() > deadline:
            raise ValueError(_late(rules))
    return bytes(content)


def judged_address(host: str, port: int, allow_private: bool) -> str:
    """The address to connect to for a host. Raises ValueError if any of its addresses is private.

    All addresses must be public, so that a name cannot hide a private one behind a public one.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ValueError(f"the host `{host}` is not known") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise ValueError(f"the host `{host}` has no address")
    if not allow_private:
        for address in addresses:
            if not is_public(address):
                raise ValueError(
                    f"`{host}` is at the private address {address}; "
                    "`allow_private` (or --allow-private) admits it"
                )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever it is wrapped in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast
