"""Edges: between a wire and the engine."""
