"""The entry point of the GraphQL protocol."""
