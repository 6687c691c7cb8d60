"""Polymock inside a test: the same engine, in this process, with the recorded exchanges at hand.

    with Polymock("openapi.yaml", "shop.proto") as mock:
        httpx.get(mock.url + "/pets/1")          # over a real socket, opened on first use of `url`
        mock.client().get("/pets/1")             # or without any
        grpc.insecure_channel(mock.target("grpc"))
        assert mock.exchanges[-1].operation == "GET /pets/{petId}"
        mock.world.put("pets", 1, {"name": "Rex"})

`mocks` holds that class: an edge over one snapshot, whose exchanges a `recorder` keeps. `server`
opens its sockets, `transports` do without, and `world` steers what the mocks share. `conformance`
are the tests that every protocol passes, `stores` those for stores.
"""

from polymock.testing.mocks import Polymock

__all__ = ["Polymock"]
