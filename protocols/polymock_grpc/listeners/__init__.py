"""Native gRPC on a port of its own: one listener seam, served by Rust or by grpcio."""

from polymock_grpc.listeners.opening import open_listener

__all__ = ["open_listener"]
