"""Puts markup into every text that it can, and fails."""

import logging

from backtrail import trace_span

MARKUP = (
    "</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)><!--<script>"
)

logging.basicConfig(level=logging.INFO)
logging.getLogger(MARKUP).warning("%s", MARKUP)
with trace_span(MARKUP, note=MARKUP):
    held = {MARKUP: [MARKUP]}
    raise ValueError(MARKUP)
