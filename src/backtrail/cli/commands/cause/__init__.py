"""Commands that name the cause of a failure, and measure how well."""
