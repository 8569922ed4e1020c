"""Who may send over gRPC: the gate's decision, in the words of that protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import Headers

from backtrail.model.errors import BacktrailError
from backtrail.serve.auth.gate import Gate
from backtrail.serve.auth.refusals import RefusedRequestError, TooOftenError
from backtrail.serve.auth.scopes import Need
from backtrail.serve.http.problems import STATUS
from backtrail.serve.otlp.rpc.statuses import Refusal
from backtrail.store.accounts.names import DEFAULT

Metadata = Sequence[tuple[str, str | bytes]]


def sender_gate(gate: Gate) -> Callable[[Metadata], Refusal | None]:
    """Return what decides, from a request's metadata, whether it may be sent.

    What is sent over gRPC is kept in the project `default`.
    """

    def admit(metadata: Metadata) -> Refusal | None:
        pairs = [
            (name.lower().encode("latin-1", "replace"), value.encode("latin-1", "replace"))
            for name, value in metadata
            if isinstance(value, str)
        ]
        try:
            found = gate.admit(
                method="POST", headers=Headers(raw=pairs), need=Need.INGEST, project=None
            )
        except BacktrailError as error:
            found = error
        if isinstance(found, BacktrailError):
            _note(gate, found)
            return _told(found)
        if found.project != DEFAULT:
            return Refusal(
                status=403,
                message=f"over gRPC only project {DEFAULT} takes what is sent, not {found.project}",
            )
        if found.principal is not None and found.principal.key is not None:
            gate.note_use(found.principal.key)
        return None

    return admit


def _told(error: BacktrailError) -> Refusal:
    message = f"{error.message}; {error.hint}"
    if isinstance(error, TooOftenError):
        return Refusal(status=429, message=message, retry_after_s=error.retry_after_s)
    if isinstance(error, RefusedRequestError):
        return Refusal(status=int(error.status), message=message)
    return Refusal(status=int(STATUS[error.exit_code]), message=message)


def _note(gate: Gate, error: BacktrailError) -> None:
    if isinstance(error, RefusedRequestError):
        gate.refusals.add(
            now_unix_ns=gate.clock.time_unix_ns(),
            actor=error.actor,
            about=f"to send over gRPC: {error.status.phrase}",
            address="",
        )
