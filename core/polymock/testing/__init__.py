"""Polymock inside a test: the same engine, in this process, with the recorded exchanges at hand.

    with Polymock("openapi.yaml", "shop.proto") as mock:
        httpx.get(mock.url + "/pets/1")          # over a real socket, opened on first use of `url`
        mock.client().get("/pets/1")             # or without any
        grpc.insecure_channel(mock.target("grpc"))
        assert mock.exchanges[-1].operation == "GET /pets/{petId}"

`mocks` holds that class: an edge over one snapshot, whose exchanges a `recorder` keeps. `server`
opens its sockets, `transports` do without. `conformance` are the tests that every protocol passes.
"""

from polymock.testing.mocks import Polymock

__all__ = ["Polymock"]
