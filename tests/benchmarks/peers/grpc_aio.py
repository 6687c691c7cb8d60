"""An echo of the id by grpc.aio and generated code: python grpc_aio.py PROTO PORT."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import grpc.aio


async def serve(messages: Any, services: Any, port: int) -> None:
    """Serve until the process ends."""

    async def get_pet(_self: Any, request: Any, _context: Any) -> Any:
        owner = messages.Owner(name="Ada Mills")
        return messages.Pet(
            id=request.id, name="Rex", price=12.5, owner=owner, tags=["friendly", "small"]
        )

    pets = type("Pets", (services.PetsServicer,), {"GetPet": get_pet})
    server = grpc.aio.server()
    services.add_PetsServicer_to_server(pets(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


def main() -> None:
    """Generate the code, import it, serve."""
    proto, port = Path(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto.parent}"]
        command += [f"--python_out={folder}", f"--grpc_python_out={folder}", proto.name]
        subprocess.run(command, check=True)
        sys.path.insert(0, folder)
        messages, services = import_module("pets_pb2"), import_module("pets_pb2_grpc")
    asyncio.run(serve(messages, services, port))


if __name__ == "__main__":
    main()
