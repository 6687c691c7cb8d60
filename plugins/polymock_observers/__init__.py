"""Observers: webhooks, metrics for Prometheus, a log of events, and OpenTelemetry."""
