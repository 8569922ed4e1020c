"""The booking service of a music school."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOMS = [
    {"id": "hall", "name": "Great hall", "piano": True},
    {"id": "cellar", "name": "Cellar", "piano": False},
    {"id": "attic", "name": "Attic", "piano": True},
    {"id": "annex", "name": "Annex", "piano": True},
]
SLOTS = {
    "hall": ["15:00", "16:30"],
    "cellar": [],
    "attic": None,
    "annex": ["14:00", "15:30", "17:00"],
}


class Booking(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = self.path.strip("/").split("/")
        if parts == ["rooms"]:
            status, answer = 200, {"rooms": ROOMS}
        elif parts[0] == "rooms" and parts[-1] == "slots":
            status, answer = 200, {"room": parts[1], "slots": SLOTS[parts[1]]}
        else:
            status, answer = 404, {"error": "there is no such page"}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def serve_booking():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Booking)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
