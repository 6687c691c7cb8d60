"""The Connect protocol: `wire` reads and writes calls, `query` reads a GET, `errors` refuses."""

from polymock_grpc.wires.connect.wire import ConnectWire as ConnectWire
