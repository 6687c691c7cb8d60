"""Where a contract comes from: a .proto file, a folder of them, descriptors, or a URL of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec.structs import replace

from polymock.documents.folders import folders_in
from polymock.documents.loader import Limits
from polymock.documents.local import read_file
from polymock.documents.places import is_url
from polymock.documents.remote import Rules, fetch
from polymock.errors import SpecError
from polymock.interfaces import Spec
from polymock_grpc.spec import bundled
from polymock_grpc.spec.descriptors import list_files
from polymock_grpc.spec.images import unpack
from polymock_grpc.spec.protoc import Compiled, compile_files
from polymock_grpc.spec.recognition import (
    DESCRIPTOR_SUFFIXES,
    GZIP,
    IMAGE_SUFFIXES,
    is_descriptor_set,
    is_descriptor_text,
    is_proto_text,
)
from polymock_grpc.spec.roots import MAX_FILES, Layout, find_layout
from polymock_schemas.commands import Fault

_LIMITS = Limits()


class Source(msgspec.Struct, frozen=True):
    """A contract's serialised FileDescriptorSet, and what is known of where it came from.

    `names` are the files that were asked for, as descriptors name them; () for all.
    """

    descriptors: bytes
    names: Sequence[str] = ()
    files: Sequence[str] = ()
    faults: Sequence[Fault] = ()


def open_source(spec: Spec) -> Source:
    """Read or compile what a spec names. Raises SpecError with the faults."""
    try:
        if is_url(spec.location):
            return _from_url(spec)
        path = Path(spec.location)
        if path.is_dir():
            return _compiled(spec, _protos_in(path))
        content = read_file(str(path), None, _LIMITS.file_bytes)
        if _is_binary(path.name, content):
            return _checked(spec, unpack(content), (str(path),))
        return _compiled(spec, [path])
    except ValueError as error:
        raise _refusal(spec, [_fault(spec.location, str(error))]) from error


def _from_url(spec: Spec) -> Source:
    rules = Rules(_LIMITS.file_bytes, _LIMITS.seconds, _LIMITS.redirects, spec.allow_private)
    fetched = fetch(spec.location, rules)
    name = Path(unquote(urlsplit(fetched.url).path)).name or "contract.proto"
    if _is_binary(name, fetched.content):
        return _checked(spec, unpack(fetched.content), ())
    with tempfile.TemporaryDirectory(prefix="polymock-proto-") as folder:
        file = Path(folder, name if name.endswith(".proto") else "contract.proto")
        file.write_bytes(fetched.content)
        source = _compiled(spec, [file], {str(file): spec.location})
        return replace(source, files=())


def _is_binary(name: str, content: bytes) -> bool:
    if name.lower().endswith((*DESCRIPTOR_SUFFIXES, *IMAGE_SUFFIXES)):
        return True
    if name.lower().endswith(".proto") or is_proto_text(content):
        return False
    return content.startswith(GZIP) or is_descriptor_text(content) or is_descriptor_set(content)


def _protos_in(folder: Path) -> list[Path]:
    """Every .proto file below a folder, links, hidden folders and other people's left out, sorted.

    Raises ValueError where there are none, or too many.
    """
    found = (path for place in folders_in(folder) for path in sorted(place.glob("*.proto")))
    files = list(islice((path for path in found if not path.is_symlink()), MAX_FILES + 1))
    if len(files) > MAX_FILES:
        raise ValueError(f"there are more than {MAX_FILES} .proto files in it")
    if not files:
        raise ValueError("there is no .proto file in it")
    return files


def _compiled(spec: Spec, files: list[Path], shown: dict[str, str] | None = None) -> Source:
    include = [Path(name) for name in spec.include]
    files.extend(path for path in include if path.suffix == ".proto" and path.is_file())
    folders = [path for path in include if path.is_dir()]
    for path in include:
        if not path.exists():
            raise ValueError(f"`include` names {path}, and there is no such file or folder")
    sets = [str(path.absolute()) for path in include if path.name.endswith(DESCRIPTOR_SUFFIXES)]
    layout = _without_well_known(find_layout(files, folders))
    paths = {name: _near(path) for name, path in layout.paths.items()}
    paths |= {path: _near(path) for path in layout.paths.values()}
    for file, name in (shown or {}).items():
        paths |= {own: name for own, known in layout.paths.items() if known == file} | {file: name}
    compiled = _compile(layout, sets, paths)
    errors = [fault for fault in compiled.faults if fault.level == "error"]
    if errors or not compiled.descriptors:
        raise _refusal(spec, errors)
    return Source(
        compiled.descriptors,
        names=layout.names,
        files=tuple(dict.fromkeys([*map(str, files), *map(_near, layout.paths.values())])),
        faults=compiled.faults,
    )


def _checked(spec: Spec, content: bytes, files: Sequence[str]) -> Source:
    """Descriptors as protoc takes them: it finds what is wrong with them, and bundled imports."""
    names, missing = list_files(content)
    with tempfile.TemporaryDirectory(prefix="polymock-proto-") as folder:
        given = Path(folder, "given.binpb")
        given.write_bytes(content)
        roots: list[str] = []
        sets = [str(given)]
        if missing:
            sets.extend(bundled.write_missing(missing, Path(folder)))
            roots = [*(p for p in spec.include if Path(p).is_dir()), *bundled.roots(), folder]
        compiled = compile_files(names, roots, sets, {})
    errors = [fault for fault in compiled.faults if fault.level == "error"]
    if errors or not compiled.descriptors:
        raise _refusal(spec, [replace(e, file=f"{spec.location}: {e.file}") for e in errors])
    return Source(compiled.descriptors, files=files)


def _compile(layout: Layout, sets: Sequence[str], paths: dict[str, str]) -> Compiled:
    with tempfile.TemporaryDirectory(prefix="polymock-proto-") as folder:
        own = bundled.write_missing(layout.missing, Path(folder))
        roots = [*layout.roots, *bundled.roots(), folder]
        return compile_files(layout.names, roots, [*sets, *own], paths)


def _without_well_known(layout: Layout) -> Layout:
    """A layout that compiles files of protobuf itself only where others import them.

    They have no services, and those of a newer protobuf are beyond this protoc.
    """
    names = tuple(name for name in layout.names if not name.startswith("google/protobuf/"))
    return replace(layout, names=names or layout.names)


def _near(path: str) -> str:
    """A path below the working directory as people write it."""
    return os.path.relpath(path) if Path(path).is_relative_to(Path.cwd()) else path


def _fault(file: str, message: str) -> Fault:
    return Fault(level="error", file=file, path="", message=message)


def _refusal(spec: Spec, faults: Sequence[Fault]) -> SpecError:
    return SpecError.of(faults or [_fault(spec.location, "protoc failed")])
