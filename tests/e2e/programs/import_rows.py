"""Imports a catalogue of 100,000 rows, each in a span of its own, and fails behind the last."""

from backtrail import trace_span

PAGES = 1000
ROWS = 99

with trace_span("import catalogue"):
    for page in range(PAGES):
        with trace_span(f"page {page}"):
            for row in range(ROWS):
                with trace_span(f"row {row}"):
                    pass

raise ValueError("the last page is cut")
