"""protoc as a child process: .proto files in, a serialised FileDescriptorSet or faults out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from polymock_schemas.commands import Fault

SECONDS = 60.0
MAX_DESCRIPTORS = 128 * 1024 * 1024
MAX_MESSAGES = 4 * 1024 * 1024
MAX_FAULTS = 50
MAX_COMMENTED = 500
"""Files whose comments are kept, for reflection; they double what a contract takes of memory."""
_LINE = re.compile(
    r"^(?!WARNING:)(?P<file>(?:[A-Za-z]:)?[^:\n]+):(?:(?P<line>\d+):(?P<column>\d+):)? "
    r"(?P<warning>warning: )?(?P<message>.+)$"
)
_PLAIN = re.compile(r"(?:[A-Za-z]:[\\/])?[^-@\s][^\x00-\x1f\x7f=:]{0,4095}")
"""Names that protoc does not take for options, lists or mappings. On Windows, `C:` stands before.
"""
_MISSING = re.compile(r"^File not found\.?$")
_FORBIDDEN = re.compile(r"^Backslashes, consecutive slashes")
_CONSEQUENCE = re.compile(r'^Import "([^"]+)" was not found or had errors\.$')


class Compiled(msgspec.Struct, frozen=True):
    """What protoc gave: the bytes of a FileDescriptorSet (b"" where it failed), and its faults."""

    descriptors: bytes
    faults: Sequence[Fault]


def compile_files(
    names: Sequence[str], roots: Sequence[str], sets: Sequence[str], paths: Mapping[str, str]
) -> Compiled:
    """Compile files, by their names below the import roots.

    `sets` are files of descriptors that imports may also come from; `paths` maps the name of a
    file below its root to its path, for faults. Bounded in time, in output and in descriptors.
    """
    odd = next((name for name in (*names, *roots, *sets) if not _PLAIN.fullmatch(name)), None)
    if odd is not None:
        return Compiled(b"", (_about([odd], paths, "protoc takes no file of this name"),))
    with tempfile.TemporaryDirectory(prefix="polymock-protoc-") as folder:
        output, messages = Path(folder, "out.binpb"), Path(folder, "messages")
        arguments = [
            *(f"--proto_path={root}" for root in roots),
            *([f"--descriptor_set_in={os.pathsep.join(sets)}"] if sets else []),
            "--include_imports",
            *(["--include_source_info"] if len(names) <= MAX_COMMENTED else []),
            f"--descriptor_set_out={output}",
            *names,
        ]
        listing = Path(folder, "arguments")
        listing.write_text("\n".join(arguments), encoding="utf-8")
        try:
            with messages.open("wb") as stderr:
                # From an empty folder, so that names are taken as names below the roots.
                ended = subprocess.run(
                    [sys.executable, "-P", "-m", "grpc_tools.protoc", f"@{listing}"],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    cwd=folder,
                    timeout=SECONDS,
                    check=False,
                )
        except subprocess.TimeoutExpired:
            return Compiled(b"", (_late(names, paths),))
        with messages.open("rb") as text:
            said = text.read(MAX_MESSAGES).decode("utf-8", "replace")
        faults = read_messages(said, paths)
        if ended.returncode != 0 or not output.exists():
            return Compiled(b"", faults or (_unexplained(names, paths, said),))
        if output.stat().st_size > MAX_DESCRIPTORS:
            return Compiled(b"", (_too_large(names, paths),))
        # It succeeded: what is no warning was said by the interpreter (PYTHONVERBOSE, say).
        warnings = tuple(fault for fault in faults if fault.level == "warning")
        return Compiled(output.read_bytes(), warnings)


def read_messages(said: str, paths: Mapping[str, str]) -> tuple[Fault, ...]:
    """The faults in what protoc wrote, each at its file, line and column.

    That an import is not found stands where it is imported; that one cannot be used for another
    fault is left out beside that fault.
    """
    lines = [found for line in said.splitlines() if (found := _LINE.match(line)) is not None]
    missing = {found["file"] for found in lines if _MISSING.match(found["message"])}
    forbidden = {found["file"] for found in lines if _FORBIDDEN.match(found["message"])}
    told: set[str] = set()
    faults: list[Fault] = []
    for found in lines:
        file = paths.get(found["file"], found["file"])
        position = f"{found['line']}:{found['column']}" if found["line"] else ""
        imported = _CONSEQUENCE.match(found["message"])
        if imported is not None:
            if imported[1] in missing:
                told.add(imported[1])
                faults.append(missing_import(imported[1], file, position))
            elif imported[1] in forbidden:
                message = f'the import "{imported[1]}" may not have `.`, `..`, `//` or `\\` in it'
                hint = "Write it as a path below one of the roots."
                faults.append(Fault("error", file, position, message, hint))
        elif found["file"] not in forbidden and not _MISSING.match(found["message"]):
            level: Literal["error", "warning"] = "warning" if found["warning"] else "error"
            faults.append(Fault(level, file, position, f"protoc: {found['message'].rstrip('.')}"))
    faults += [missing_import(name) for name in sorted(missing - told)]
    distinct = sorted(dict.fromkeys(faults), key=lambda fault: fault.level)  # errors first
    return tuple(distinct[:MAX_FAULTS])


def missing_import(name: str, importer: str = "", position: str = "") -> Fault:
    """The fault of an import that is below no root."""
    return Fault(
        level="error",
        file=importer or name,
        path=position,
        message=f'the import "{name}" is not found',
        hint=f"Name the folder that {name} is below under `include:` (`include: [protos/]`).",
    )


def _late(names: Sequence[str], paths: Mapping[str, str]) -> Fault:
    return _about(names, paths, f"protoc did not end within {SECONDS:.0f} seconds")


def _too_large(names: Sequence[str], paths: Mapping[str, str]) -> Fault:
    return _about(names, paths, f"its descriptors are larger than {MAX_DESCRIPTORS} bytes")


def _unexplained(names: Sequence[str], paths: Mapping[str, str], said: str) -> Fault:
    lines = said.strip().splitlines()
    return _about(names, paths, f"protoc failed: {lines[-1][:300] if lines else 'it does not say'}")


def _about(names: Sequence[str], paths: Mapping[str, str], message: str) -> Fault:
    first = names[0] if names else ""
    return Fault(level="error", file=paths.get(first, first), path="", message=message)
