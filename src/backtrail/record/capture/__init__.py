"""How values, stacks and failures become JSON: bounded, redacted, and without running user code."""
