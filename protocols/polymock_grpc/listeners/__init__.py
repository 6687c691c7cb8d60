"""Native gRPC on a port of its own: one listener seam, served by Rust or by grpcio.

`opening` chooses. `native` puts the Rust `front` before grpcio, which `grpcio` alone is, too; calls
of each are answered in `native_calls` and `grpcio_calls`, by the mock that the `directory` names.
`translation` turns metadata, deadlines and statuses into calls and back. `wellknown` services are
`health` (whose state is in `serving`) and `reflection` (over a `descriptor_index`). `addresses`,
`credentials` and `limits` are what a listener is opened with.
"""

from polymock_grpc.listeners.opening import open_listener

__all__ = ["open_listener"]
