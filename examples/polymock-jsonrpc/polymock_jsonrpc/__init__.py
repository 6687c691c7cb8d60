"""JSON-RPC 2.0 for Polymock: an OpenRPC document, served as a mock."""
