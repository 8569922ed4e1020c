"""Brings the journal of this machine to a server."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from msgspec import Struct, structs

from backtrail.model.errors import StoreError
from backtrail.model.limits.reading import SEND_BLOBS_KNOWN_MAX, SEND_REQUEST_BYTES_MAX
from backtrail.serve.shipping.collecting import (
    Piece,
    blob_names,
    payload,
    pieces,
    place_before,
)
from backtrail.serve.shipping.parcel import Outcome, Parcel, Stretch
from backtrail.serve.shipping.positions import Place, read_positions, write_positions
from backtrail.serve.shipping.requests import Server
from backtrail.store.segments import list_segments


class Sent(Struct, kw_only=True):
    """What was brought to a server."""

    server: str
    events: int = 0
    payloads: int = 0
    requests: int = 0
    processes: int = 0
    """Those of which something was sent."""
    refused: dict[str, str] = {}
    """Processes of which the server takes nothing, and why."""


class _Request(Struct):
    """What is sent at once."""

    parcels: list[Parcel] = []
    places: dict[str, Place] = {}
    events: int = 0
    payloads: int = 0
    size: int = 0


class Sender:
    """Sends what a server does not have yet.

    Args:
        home: the `.backtrail` directory.
        server: where to.
    """

    def __init__(self, home: Path, server: Server) -> None:
        self._home = home
        self._journal = home / "journal"
        self._server = server
        self._positions = read_positions(home, server.url)
        self._blobs: OrderedDict[str, None] = OrderedDict()
        self._halted: set[str] = set()
        self._awaited: dict[str, int] = {}
        """Of processes that had a gap: the event that the server waited for."""
        self._counted: dict[str, int] = {}
        """Of each process of which something was sent: the event behind those that are counted."""
        self.sent = Sent(server=server.url)
        """What was sent so far."""

    def send(self) -> int:
        """Send all that there is now; return how many events that were.

        Raises:
            UnreachableError: the server does not answer.
            RefusedError: it takes nothing from here.
            StoreError: it cannot be written down how far it came.
        """
        before = self.sent.events
        while True:
            self._halted = set(self.sent.refused)
            self._pass()
            if self._halted == set(self.sent.refused):
                return self.sent.events - before

    def _pass(self) -> None:
        """Send what is behind the places; a process with a gap is left to the next pass."""
        self._forget_missing()
        request = _Request()
        for piece in pieces(self._journal, self._positions.processes, self._halted):
            self._add(request, piece)
            if request.size >= SEND_REQUEST_BYTES_MAX:
                self._deliver(request)
                request = _Request()
        if request.parcels:
            self._deliver(request)

    def _add(self, request: _Request, piece: Piece) -> None:
        stretch, place = piece
        for name in blob_names(stretch):
            if name in self._blobs or (found := payload(self._home, name)) is None:
                continue
            self._blobs[name] = None
            if len(self._blobs) > SEND_BLOBS_KNOWN_MAX:
                self._blobs.popitem(last=False)
            request.parcels.append(found)
            request.payloads += 1
            request.size += len(found.text)
        request.parcels.append(stretch)
        request.events += len(stretch.lines)
        request.size += sum(len(bytes(line)) for line in stretch.lines)
        request.places[stretch.header.process] = place

    def _deliver(self, request: _Request) -> None:
        answer = self._server.post(request.parcels)
        self.sent.requests += 1
        self.sent.payloads += request.payloads
        for process, place in request.places.items():
            outcome = answer.processes.get(process)
            if outcome is None:
                continue
            if outcome.refused is not None:
                self.sent.refused[process] = outcome.refused
                self._halted.add(process)
                continue
            self._count(process, request.parcels, outcome.next_seq)
            if outcome.is_gap:
                self._go_back(process, outcome)
                continue
            self._positions.processes[process] = place
            if outcome.next_seq > self._awaited.get(process, outcome.next_seq):
                del self._awaited[process]
        self._keep()

    def _count(self, process: str, parcels: list[Parcel], next_seq: int) -> None:
        """Count what the server has now and was not counted before."""
        for each in parcels:
            if isinstance(each, Stretch) and each.header.process == process:
                first = max(each.header.seq, self._counted.get(process, 0))
                last = min(each.header.seq + len(each.lines), next_seq)
                if last > first:
                    self.sent.events += last - first
                    self._counted[process] = last
        self.sent.processes = len(self._counted)

    def _go_back(self, process: str, outcome: Outcome) -> None:
        """Begin again where the server stands; what is not here any more it has to do without."""
        place = place_before(self._journal, process, outcome.next_seq)
        if place is None or self._awaited.get(process) == outcome.next_seq:
            behind = self._first_behind(process, outcome.next_seq)
            place = behind or place
            if place is not None:
                place = structs.replace(place, is_after_gap=True)
        if place is not None:
            self._positions.processes[process] = place
        self._awaited[process] = outcome.next_seq
        self._halted.add(process)

    def _first_behind(self, process: str, next_seq: int) -> Place | None:
        """Return the first segment that begins behind an event."""
        before = place_before(self._journal, process, next_seq)
        numbers = [each.number for each in list_segments(self._journal) if each.process == process]
        behind = [each for each in numbers if before is None or each > before.segment]
        return Place(segment=behind[0]) if behind else None

    def _forget_missing(self) -> None:
        """Let go of the places of processes whose journals were removed."""
        there = {each.process for each in list_segments(self._journal)}
        for process in self._positions.processes.keys() - there:
            del self._positions.processes[process]

    def _keep(self) -> None:
        try:
            write_positions(self._home, self._positions)
        except OSError as error:
            raise StoreError(
                f"{self._home}/sent cannot be written: {error.strerror}",
                hint="free space on that disk; what was sent is sent again, and kept once",
            ) from error
