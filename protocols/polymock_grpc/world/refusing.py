"""Refusals of the world, in the words of a request: which of its fields is wrong."""

from __future__ import annotations

from msgspec.structs import replace

from polymock.errors import Invalid
from polymock.world.collections import Collection
from polymock.world.names import fold
from polymock_grpc.world.kinds import Kind
from polymock_grpc.world.requests import Request


def in_request(error: Invalid, request: Request, kind: Kind, collection: Collection) -> Invalid:
    """What the world says of properties of a document (`body/customerId`), said of the request's
    fields (`body/order/customer_id`)."""
    own = {collection.names.get(folded, folded): field for folded, field in kind.fields.items()}
    parents = {fold(name) for name in kind.parents}
    found = []
    for each in error.violations:
        name = each.location.partition("/")[2]
        field = own.get(name)
        if field is not None:
            found.append(replace(each, location=f"{request.location}/{field.name}"))
        elif fold(name) in parents and request.parent is not None:
            found.append(replace(each, location=f"body/{request.parent.name}"))
        else:
            found.append(each)
    detail = error.detail
    if found and error.violations and detail.startswith(error.violations[0].location):
        where = found[0].location.removeprefix("body/").replace("/", ".")
        detail = f"{where}: {found[0].message}."
    return Invalid(detail, found)
