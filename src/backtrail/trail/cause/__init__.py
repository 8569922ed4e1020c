"""Why it failed: from an error back to the events where the trouble entered."""
