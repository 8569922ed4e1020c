"""A wholesaler's book service, as far as the shop needs it."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOOKS = {
    "9780140449136": {"title": "Crime and Punishment", "year": 1866, "price": 1290},
    "9780099448822": {"title": "Norwegian Wood", "year": 1987, "price": 1150},
    "9780141187761": {"title": "Nineteen Eighty-Four", "year": 1949, "price": 990},
}
COVERS = {"9780140449136", "9780141187761", "9781681375170"}


class Wholesale(BaseHTTPRequestHandler):
    def do_GET(self):
        kind, number = self.path.strip("/").split("/")
        if kind == "covers" and number in COVERS:
            return self.answer(200, {"title": "front", "width": 320})
        if kind == "books" and number in BOOKS:
            return self.answer(200, BOOKS[number])
        return self.answer(404, {"title": "No such item", "detail": f"{kind} {number}"})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def wholesale():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wholesale)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
