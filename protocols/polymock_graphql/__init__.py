"""GraphQL: an SDL document or an introspection result, served as a mock."""
