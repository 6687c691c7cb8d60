"""Finding and reserving TCP ports, and naming who holds a taken one."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

import psutil

from polymock.errors import ServerError


class Placeholder(socket.socket):
    """A bound socket that never listens, and a lock: the system gives a port to several of one
    user's servers, and only one of them is to have it."""

    lock: int | None = None
    """The open file that is locked."""

    def close(self) -> None:
        """Let others have the port."""
        super().close()
        lock, self.lock = self.lock, None
        if lock is not None:
            os.close(lock)


def reserve(host: str, port: int, flag: str) -> Placeholder:
    """Bind a port for later listeners that use SO_REUSEPORT; port 0 picks a free one.

    The returned socket never listens: it only keeps others from taking the port, and must be kept
    open as long as that matters. `flag` is the option to name in the error. Raises ServerError
    with the holder's pid where the port is taken.
    """
    if not host:  # to a socket that means every address of this machine
        raise ServerError("The address to listen on is empty.", "0.0.0.0 means every address.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    _refuse_taken(family, host, port, flag)
    placeholder = Placeholder(family, socket.SOCK_STREAM)
    placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        placeholder.bind((host, port))
        placeholder.lock = _lock(*placeholder.getsockname()[:2])
    except OSError as error:
        placeholder.close()
        raise _refusal(host, port, flag, error) from error
    return placeholder


def _lock(address: str, port: int) -> int:
    """Lock a port among this user's servers, until the file is closed. Raises OSError."""
    folder = Path(tempfile.gettempdir()) / f"polymock-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(errno.EPERM, f"{folder} is somebody else's")
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    file = os.open(folder / f"{address.replace(':', '_')}-{port}", flags, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise OSError(errno.EADDRINUSE, "another server has just taken it") from error
        raise
    return file


def _refuse_taken(family: socket.AddressFamily, host: str, port: int, flag: str) -> None:
    """Without SO_REUSEPORT a bind fails on any listener, one of another Polymock included."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _refusal(host, port, flag, error) from error


def _refusal(host: str, port: int, flag: str, error: OSError) -> ServerError:
    if error.errno == errno.EADDRINUSE:
        holder = holder_of(port)
        by = f" by {holder or 'a server that is being started'}"
        return ServerError(
            f"Port {port} on {host} is taken{by}.",
            f"Stop that process, or choose another port with {flag} (0 picks a free one).",
        )
    if error.errno == errno.EACCES:
        return ServerError(
            f"Port {port} on {host} needs privileges.", f"Choose one above 1023 with {flag}."
        )
    return ServerError(
        f"Cannot listen on {host} port {port}: {error.strerror or error}.",
        "Check the address with --host.",
    )


def holder_of(port: int) -> str:
    """`NAME (pid N)` of the process that listens on a port; "" where the system does not tell."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        local = connection.laddr
        if local and local.port == port and connection.status == psutil.CONN_LISTEN:
            if connection.pid is None:
                continue
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.Error:
                return f"pid {connection.pid}"
    return ""


def await_listening(pid: int, ports: Sequence[int], seconds: float) -> None:
    """Wait until a process of this user listens on all ports, or has ended. Raises ServerError."""
    end = monotonic() + seconds
    while psutil.pid_exists(pid) and (missing := set(ports) - _listened(pid)):
        if monotonic() > end:
            raise ServerError(
                f"Process {pid} did not listen on port {min(missing)} within {seconds:.0f} s.",
                "Run with --log-level debug to see what it does.",
            )
        sleep(0.005)


def _listened(pid: int) -> set[int]:
    """The ports that a process listens on."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return set()
    return {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
