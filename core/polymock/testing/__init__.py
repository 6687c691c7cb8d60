"""Polymock inside a test: the same engine, in this process, with the recorded exchanges at hand.

with Polymock("openapi.yaml", "shop.proto") as mock:
    httpx.get(mock.url + "/pets/1")          # over a real socket, opened on first use of `url`
    mock.client().get("/pets/1")             # or without any
    grpc.insecure_channel(mock.target("grpc"))
    assert mock.exchanges[-1].operation == "GET /pets/{petId}"
"""

from polymock.testing.mocks import Polymock

__all__ = ["Polymock"]
