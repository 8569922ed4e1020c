"""Errors, recorded: an exception, what leaves a function or a block, a program that hangs."""

from __future__ import annotations

from backtrail.record.occurrence.around import ErrorContext, capture_error_context
from backtrail.record.occurrence.hang import record_hang
from backtrail.record.occurrence.raised import capture_exception

__all__ = ["ErrorContext", "capture_error_context", "capture_exception", "record_hang"]
