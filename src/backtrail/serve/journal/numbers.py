"""What an ingest counts of itself."""

from __future__ import annotations

from msgspec import Struct


class IngestNumbers(Struct, frozen=True, kw_only=True):
    """How much was taken since the server started, and what waits at the moment."""

    written_units: int = 0
    """Spans and log records that are on the disk."""
    repeated_units: int = 0
    """Spans that were there already."""
    written_bytes: int = 0
    commits: int = 0
    """Writes that were synced."""
    failed_commits: int = 0
    refused_requests: int = 0
    """Requests for which there was no room."""
    waiting_bytes: int = 0
    """Of requests that are being taken."""
    behind_bytes: int = 0
    """On the disk, and not in the catalogue yet."""
    index_failures: int = 0
    """Since indexing last went well."""

    @property
    def is_being_indexed(self) -> bool:
        """Whether a thread is at what no query finds yet."""
        return self.behind_bytes > 0 and not self.index_failures
