"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says how busy the machine is; a test's own time limit is pytest's.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
