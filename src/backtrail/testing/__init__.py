"""For people's tests: what pytest loads when it runs under `backtrail run`."""
