"""gRPC: .proto files or descriptor sets, served natively, as Connect, as gRPC-Web and as REST."""
