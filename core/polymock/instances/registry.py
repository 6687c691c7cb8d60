"""The records of all instances: one JSON file each in the user's state folder."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import time

import msgspec
from msgspec.structs import replace

from polymock.errors import ServerError
from polymock.instances.record import Record
from polymock.state import STATE_VARIABLE, state_folder
from polymock_schemas.instances import SetAside

ENTRY = ".json"
LEFT = (".log", ".panel", ".draft")
"""Ends of the names of files that belong to a run."""
FOLDER = ".specs"
"""End of the name of a folder with what an instance was given as texts."""

log = logging.getLogger("polymock.instances")


class Registry:
    """The folder of records, which only its owner can read.

    A record is replaced as a whole or not at all, so readers need no lock; who changes one holds
    it for that moment. Beside the records are the files that the instances print to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def open(cls, environ: Mapping[str, str] | None = None) -> Registry:
        """The registry of this user, or that in POLYMOCK_STATE_DIR. Raises ServerError."""
        environ = os.environ if environ is None else environ
        folder = state_folder(environ) / "instances"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid != os.geteuid():
                raise ServerError(f"{folder} is another user's.", f"Set {STATE_VARIABLE}.")
            folder.chmod(0o700)
        except OSError as error:
            raise ServerError(
                f"The folder of instances {folder} cannot be used: {error.strerror}.",
                f"Set {STATE_VARIABLE} to a folder of yours.",
            ) from error
        return cls(folder)

    def log_of(self, record: Record) -> Path:
        """The file with what an instance printed about its work."""
        return self._folder / f"{record.name}.{record.run}.log"

    def panel_of(self, record: Record) -> Path:
        """The file with what an instance printed when it was ready."""
        return self._folder / f"{record.name}.{record.run}.panel"

    def folder_of(self, record: Record) -> Path:
        """A folder of its own, for the texts that it serves and what it keeps beside them."""
        return self._folder / f"{record.name}.{record.run}{FOLDER}"

    def is_own(self, folder: Path) -> bool:
        """Whether it is a folder that `folder_of` gave an instance."""
        return folder.parent == self._folder and folder.suffix == FOLDER

    def stage_of(self, run: str) -> Path:
        """A folder for the texts of a run, as long as they are only looked at."""
        return self._folder / f".{run}{FOLDER}"

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep others from changing records; the system lets go of it whatever happens."""
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def records(self) -> list[Record]:
        """All records by name; files that are none are passed over, and stay."""
        return self._read_all()[0]

    def check(self) -> tuple[list[Record], list[SetAside]]:
        """All records by name, and the files that were none and are set aside now."""
        found, broken = self._read_all()
        if not broken:
            return found, []
        with self.lock():
            set_aside = [_set_aside(file) for file in broken]
        return found, [told for told in set_aside if told is not None]

    def known(self) -> list[Record]:
        """All records by name; what is none is set aside with a warning."""
        found, set_aside = self.check()
        for told in set_aside:
            log.warning("%s", warning(told))
        return found

    def write(self, record: Record) -> None:
        """Make this the record of its name; the lock is held. Raises ServerError."""
        file = self._file_of(record)
        draft = self._folder / f".{record.name}.{os.getpid()}.draft"
        try:
            with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as stream:
                stream.write(msgspec.json.encode(record))
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise ServerError(f"{file} cannot be written: {error.strerror}.") from error

    def update(self, record: Record) -> bool:
        """Write a record over the one of the same run; whether that was still there."""
        with self.lock():
            if not self._is_current(record):
                return False
            self.write(record)
            return True

    def forget(self, record: Record) -> None:
        """Remove the record of a run, if no other has taken its place; the lock is held."""
        if self._is_current(record):
            self._file_of(record).unlink(missing_ok=True)

    def remove(self, record: Record) -> None:
        """Forget a run, and what it printed."""
        with self.lock():
            self.forget(record)
        self.drop_files(record)

    def put_back(self, record: Record, previous: Record | None) -> None:
        """Forget a run for the one before it, if there was one."""
        with self.lock():
            if previous is None:
                self.forget(record)
            elif self._is_current(record):
                self.write(previous)
        self.drop_files(record)

    def note_stopped(self, record: Record) -> None:
        """Write down that a run ended because it was asked to."""
        with self.lock():
            current = next((each for each in self.records() if each.run == record.run), None)
            if current is not None:
                self.write(replace(current, stopped=True))

    def drop_files(self, record: Record) -> None:
        """Remove what a run printed, and its own folder if no other run of it is there."""
        self.log_of(record).unlink(missing_ok=True)
        self.panel_of(record).unlink(missing_ok=True)
        folder = Path(record.folder)
        if self.is_own(folder) and all(Path(each.folder) != folder for each in self.records()):
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, seconds: float) -> None:
        """Remove what runs without a record printed, if that is longer ago; a killed command
        leaves it."""
        records = self.records()
        kept = {file for each in records for file in (self.log_of(each), self.panel_of(each))}
        kept.update(Path(each.folder) for each in records)
        for file in self._folder.iterdir():
            if file in kept or age(file) <= seconds:
                continue
            if file.suffix in LEFT:
                file.unlink(missing_ok=True)
            elif file.suffix == FOLDER:
                shutil.rmtree(file, ignore_errors=True)

    def _is_current(self, record: Record) -> bool:
        try:
            return _read(self._file_of(record)).run == record.run
        except (OSError, msgspec.DecodeError):
            return False

    def _file_of(self, record: Record) -> Path:
        return self._folder / f"{record.name}{ENTRY}"

    def _read_all(self) -> tuple[list[Record], list[Path]]:
        """The records by name, and the files that cannot be read as one."""
        found: list[Record] = []
        broken: list[Path] = []
        for file in self._folder.glob(f"*{ENTRY}"):
            try:
                found.append(_read(file))
            except FileNotFoundError:
                continue  # removed since the folder was read
            except (OSError, msgspec.DecodeError):
                broken.append(file)
        return sorted(found, key=lambda record: record.name), sorted(broken)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW


def warning(told: SetAside) -> str:
    """What to say of a file that was no record."""
    where = f"; it is now {told.moved_to}" if told.moved_to else ""
    return f"{told.file} is no record of an instance ({told.why}){where}."


def age(file: Path) -> float:
    """Seconds since a file was written to; without end where it is gone."""
    try:
        return time() - file.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _read(file: Path) -> Record:
    """The record in a file. Raises OSError, msgspec.DecodeError."""
    try:
        record = msgspec.json.decode(file.read_bytes(), type=Record)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    if record.name != file.name.removesuffix(ENTRY):
        raise msgspec.ValidationError(f"it is that of {record.name!r}")
    return record


def _set_aside(file: Path) -> SetAside | None:
    """Move a file out of the way if it is still no record; the lock is held."""
    try:
        _read(file)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        aside = file.with_name(f"{file.name}.broken")
        number = 2
        while aside.exists():
            aside, number = file.with_name(f"{file.name}.broken-{number}"), number + 1
        try:
            file.rename(aside)
        except OSError as failure:
            log.debug("%s stays where it is: %s", file, failure)
            return SetAside(str(file), str(error), "")
        return SetAside(str(file), str(error), str(aside))
    return None
