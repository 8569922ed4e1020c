"""A weighbridge with two decks that answers in lines over TCP."""

import socketserver
import threading
from contextlib import contextmanager

DECKS = {
    "A": ["BUSY", "ST,27.340,t", "ST,11.020,t"],
    "B": ["ST,31.600,t"],
    "B-empty": ["ST,12,180,t"],
}


class Deck(socketserver.StreamRequestHandler):
    turns: dict[str, int] = {}

    def handle(self):
        for raw in self.rfile:
            deck = raw.decode("ascii").split()[-1]
            lines = DECKS[deck]
            turn = Deck.turns.get(deck, 0)
            Deck.turns[deck] = turn + 1
            line = lines[min(turn, len(lines) - 1)]
            self.wfile.write(f"{line}\n".encode("ascii"))


class Bridge(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def open_bridge():
    server = Bridge(("127.0.0.1", 0), Deck)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address
    finally:
        server.shutdown()
        server.server_close()
