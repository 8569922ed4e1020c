"""OpenTelemetry's protocol over gRPC."""
