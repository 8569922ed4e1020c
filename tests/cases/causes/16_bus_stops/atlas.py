"""A map service with two editions of its data behind one address."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STOPS = {
    "market": {"name": "Market", "lat": 47.3712, "lon": 8.5401, "edition": 3},
    "tower": {"name": "Tower", "lat": 47.3755, "lon": 8.5466, "edition": 3},
    "lido": {"name": "Lido", "lat": 47.3634, "lng": 8.5522, "edition": 4},
    "quarry": {"name": "Quarry", "lat": 47.3801, "lon": 8.5533, "edition": 3, "closed": True},
}


class Atlas(BaseHTTPRequestHandler):
    def do_GET(self):
        key = self.path.rpartition("/")[2]
        found = STOPS.get(key)
        body = json.dumps(found or {"message": f"no place called {key}"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def open_atlas():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Atlas)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/places"
    finally:
        server.shutdown()
        server.server_close()
