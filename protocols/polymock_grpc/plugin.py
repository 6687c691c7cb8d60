"""The entry point of the gRPC protocol."""
