"""Files that need no `include:`, as they come with Polymock's own dependencies.

The well-known types, google/api, google/rpc, google/type, google/longrunning and
buf/validate/validate.proto.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Collection
from pathlib import Path

PREFIXES = (
    "buf/validate/",
    "google/api/",
    "google/longrunning/",
    "google/protobuf/",
    "google/rpc/",
    "google/type/",
)
"""What the names of these files begin with."""
_VALIDATE = "buf/validate/validate.proto"
_OPERATIONS = "google/longrunning/operations.proto"


def roots() -> tuple[str, ...]:
    """The folders of dependencies that .proto files are below."""
    return (str(_folder("grpc_tools") / "_proto"), str(_folder("google.api").parents[1]))


def write_missing(names: Collection[str], folder: Path) -> tuple[str, ...]:
    """Write what imports name and dependencies carry in another form into a folder.

    Returns the files of descriptors that were written; .proto files lie below the folder.
    """
    if _OPERATIONS in names:
        # The distribution keeps it by another name, as operations_pb2 is its generated code.
        source = _folder("google.longrunning") / "operations_proto.proto"
        target = folder / _OPERATIONS
        target.parent.mkdir(parents=True)
        shutil.copyfile(source, target)
    if _VALIDATE not in names:
        return ()
    # Only contracts with rules need these; they cost 40 ms.
    from protobuf.wkt import FileDescriptorSet
    from protovalidate import ViolationPb

    file = ViolationPb.desc().file
    files = [*(each.proto for each in file.dependencies), file.proto]
    written = folder / "validate.binpb"
    written.write_bytes(FileDescriptorSet(file=files).to_binary())
    return (str(written),)


def _folder(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{module} is not installed", name=module)
    return Path(next(iter(spec.submodule_search_locations)))
