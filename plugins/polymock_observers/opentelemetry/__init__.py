"""OpenTelemetry: a span for each exchange, and metrics, sent by OTLP over HTTP.

`plugin` is the observer, `spans` and `metrics` make OTLP messages of events and figures.
"""
