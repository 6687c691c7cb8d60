"""The ways that messages travel: native gRPC, Connect, gRPC-Web, and REST by google.api.http."""
