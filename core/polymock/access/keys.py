"""The key of a server's run: it lets the server's owner in where others need a token.

It is in a file of the user's state folder, which only that user can read, and goes with the server.
So `polymock` on the same machine needs no token, nor a name that the server's certificate has.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import ssl
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psutil

from polymock.state import state_folder

FOLDER = "keys"


class _Key(msgspec.Struct, frozen=True):
    pid: int
    urls: tuple[str, ...]
    key: str
    cert: str = ""


def new_key() -> str:
    """A key that nobody else has."""
    return f"polymock-key-{secrets.token_urlsafe(32)}"


@contextlib.contextmanager
def announce_key(
    urls: Sequence[str], key: str, cert: str = "", environ: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Keep the key of a server in its file; without one where the folder cannot be written.

    `urls` are those of its admin API, at one port: the key is meant for no other address. `cert` is
    the file of its certificate.
    """
    path = _path(urls[0], environ)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as stream:
            stream.write(msgspec.json.encode(_Key(os.getpid(), tuple(urls), key, cert)))
        draft.replace(path)
    try:
        yield
    finally:
        if find_key(urls[0], environ) == key:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def find_key(admin_url: str, environ: Mapping[str, str] | None = None) -> str:
    """The key of the server of this user whose admin API has this very URL; "" where none is."""
    found = _find(admin_url, environ)
    return "" if found is None else found.key


def trust(admin_url: str, environ: Mapping[str, str] | None = None) -> ssl.SSLContext | None:
    """How to know the server at an https URL; None for another one.

    That of this user is known by its certificate, whatever names that has; any other by those whom
    the system, or SSL_CERT_FILE, trusts.
    """
    if not admin_url.lower().startswith("https:"):
        return None
    found = _find(admin_url, environ)
    if found is None or not found.cert:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(found.cert)
    except OSError:  # it is gone: nobody is trusted
        return ssl.create_default_context()
    return context


def _find(admin_url: str, environ: Mapping[str, str] | None) -> _Key | None:
    try:
        path = _path(admin_url, environ)
        found = msgspec.json.decode(path.read_bytes(), type=_Key)
        is_ours = path.stat().st_uid == os.geteuid()
    except (OSError, ValueError):
        return None
    return found if is_ours and admin_url in found.urls and _runs(found.pid) else None


def _runs(pid: int) -> bool:
    return pid > 0 and psutil.pid_exists(pid)


def _path(admin_url: str, environ: Mapping[str, str] | None) -> Path:
    folder = state_folder(os.environ if environ is None else environ) / FOLDER
    return folder / f"{urlsplit(admin_url).port or 80}.json"
