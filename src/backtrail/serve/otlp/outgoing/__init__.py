"""Traces as OpenTelemetry's protocol has them, to be taken elsewhere."""
