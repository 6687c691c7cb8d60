"""The file of tokens: names, roles and hashes, never the tokens themselves.

A token is `polymock_` and 256 random bits in base64url. Whoever has the file cannot make one out of
it: bits that nobody can guess need no slow hash. Several processes may use the file at once: it is
replaced as a whole or not at all, and who changes it holds a lock for that moment.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from polymock.errors import CommandError, ConfigError
from polymock_schemas.tokens import Role, TokenInfo

PREFIX = "polymock_"
LENGTH = len(PREFIX) + 43
MAX_TOKENS = 1000
MAX_FILE = 1024 * 1024
RESERVED = frozenset(("local", "cli", "mcp", "server", "nobody"))
"""Names that the table of events has for others."""


class Token(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept of a token: `digest` is the SHA-256 of it, in hexadecimal."""

    name: str
    role: Role
    digest: str
    created: datetime
    expires: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.expires is not None and self.expires <= now

    def info(self, now: datetime) -> TokenInfo:
        """What may be told of it."""
        return TokenInfo(self.name, self.role, self.created, self.expires, self.is_over(now))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = 1
    tokens: tuple[Token, ...] = ()


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class TokenFile:
    """The tokens in a file, which need not be there yet.

    What another process writes to it is seen at once: the file is looked at each time, and read
    where it has changed.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime] = now) -> None:
        self.path = path
        self._clock = clock
        self._seen: tuple[int, ...] | None = None
        self._tokens: tuple[Token, ...] = ()

    def all(self) -> tuple[Token, ...]:
        """The tokens by name, those whose time has passed too. Raises ConfigError where the file
        cannot be read, is no file of tokens, or where others could write to it."""
        try:
            seen = _look(self.path)
            if seen != self._seen:
                self._tokens = () if seen is None else _read(self.path)
                self._seen = seen
        except ConfigError:
            self._seen, self._tokens = None, ()
            raise
        return self._tokens

    def find(self, secret: str) -> Token | None:
        """The token that somebody shows; None where it is none, or its time has passed.

        All are compared, each in constant time. Raises ConfigError as `all` does.
        """
        digest = _digest(secret)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.digest, digest):
                found = token
        if found is None or len(secret) != LENGTH or found.is_over(self._clock()):
            return None
        return found

    def infos(self) -> tuple[TokenInfo, ...]:
        """What may be told of the tokens. Raises ConfigError."""
        moment = self._clock()
        return tuple(token.info(moment) for token in self.all())

    def create(self, name: str, role: Role, ttl: float | None = None) -> tuple[Token, str]:
        """Make a token that is good for `ttl` seconds, or for ever; it, and its text.

        Raises CommandError where the name is taken, ConfigError where the file cannot be used.
        """
        secret = PREFIX + secrets.token_urlsafe(32)
        moment = self._clock()
        expires = None if ttl is None else moment + timedelta(seconds=ttl)
        token = Token(name, role, _digest(secret), moment, expires)
        if name in RESERVED:
            raise CommandError(f"No token can be called {name!r}.", "Choose another name.")
        with self._locked():
            kept = [each for each in self.all() if each.name != name or not each.is_over(moment)]
            if any(each.name == name for each in kept):
                hint = "Choose another name, or revoke that one first."
                raise CommandError(f"There is a token {name!r} already.", hint, "taken")
            if len(kept) >= MAX_TOKENS:
                raise CommandError(f"There are {MAX_TOKENS} tokens already.", "Revoke some.")
            self._write((*kept, token))
        return token, secret

    def revoke(self, name: str) -> Token:
        """Take a token away; as it was. Raises CommandError where there is none, ConfigError."""
        with self._locked():
            tokens = self.all()
            for token in tokens:
                if token.name == name:
                    self._write(tuple(each for each in tokens if each is not token))
                    return token
        raise CommandError(
            f"There is no token {name[:100]!r}.", "`polymock tokens list` lists them.", "unknown"
        )

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise _unusable(self.path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _write(self, tokens: tuple[Token, ...]) -> None:
        ordered = tuple(sorted(tokens, key=lambda token: token.name))
        text = msgspec.json.format(msgspec.json.encode(_File(tokens=ordered)), indent=2)
        target = self.path.resolve()
        draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
        try:
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as stream:
                stream.write(text + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise _unusable(self.path, error) from error
        self._seen = None


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _look(path: Path) -> tuple[int, ...] | None:
    """What tells a file from the one before; None where none is there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{path} is no ordinary file.", "Name a file with server.tokens.")
    if found.st_mode & 0o022 or found.st_uid not in (0, os.geteuid()):
        raise ConfigError(
            f"Others can write to the file of tokens {path}, and let themselves in.",
            f"Make it yours alone: chmod 600 {path}",
        )
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size


def _read(path: Path) -> tuple[Token, ...]:
    try:
        with path.open("rb") as stream:
            text = stream.read(MAX_FILE + 1)
        if len(text) > MAX_FILE:
            raise ConfigError(f"{path} is too large for a file of tokens.")
        file = msgspec.json.decode(text, type=_File)
    except OSError as error:
        raise _unusable(path, error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{path} is no file of tokens: {error}.",
            "Move it away, and make the tokens anew: polymock tokens create NAME --role ROLE",
        ) from error
    if file.version != 1:
        raise ConfigError(f"{path} is of a newer Polymock.", "Update Polymock.")
    return file.tokens


def _unusable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"The file of tokens {path} cannot be used: {error.strerror}.",
        "Name another one with server.tokens.",
    )
