"""What programs send over OpenTelemetry's protocol, as events of the journal."""
