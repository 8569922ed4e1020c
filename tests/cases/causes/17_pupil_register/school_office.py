"""The pupil register of a school, served in pages."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGES = {
    "a": {"pupils": [["P-101", "Abel", "7A"], ["P-114", "Bo", "7B"]], "next": "b"},
    "b": {"pupils": [["P-120", "Cleo", "7A"], ["P-131", "Dev", ""]], "next": "b"},
    "c": {"pupils": [["P-140", "Esme", "7B"]], "next": None},
}
TEACHERS = {"7A": "Mr Lund", "7B": "Ms Ora"}


class Office(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path == "/teachers":
            return self.answer(TEACHERS)
        page = PAGES[parse_qs(parts.query)["page"][0]]
        pupils = [dict(zip(("id", "name", "form"), row, strict=True)) for row in page["pupils"]]
        return self.answer({"pupils": pupils, "next": page["next"]})

    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def school_office():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
