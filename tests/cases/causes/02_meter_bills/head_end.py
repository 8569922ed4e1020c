"""The head end of the meter network, reduced to what the billing run asks for."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READINGS = {
    "M-4401": [["2024-05-01", 8123.0], ["2024-05-31", 8391.5]],
    "M-4406": [["2024-05-01", 155.0], ["2024-05-16", 301.0], ["2024-05-31", 420.0]],
    "M-4413": [["2024-05-01", 77031.0], ["2024-05-31", 78212.0]],
}
FAULTS = {"M-4410": {"code": 17, "text": "concentrator not synchronised"}}
busy = {"M-4406"}


class HeadEnd(BaseHTTPRequestHandler):
    def do_GET(self):
        meter = self.path.split("/")[2]
        if meter in busy:
            busy.discard(meter)
            return self.answer(503, {"error": {"code": 3, "text": "try again"}})
        if meter in FAULTS:
            return self.answer(200, {"meter": meter, "error": FAULTS[meter]})
        rows = [{"day": day, "kwh": kwh} for day, kwh in READINGS[meter]]
        return self.answer(200, {"meter": meter, "readings": rows})

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
def head_end():
    server = ThreadingHTTPServer(("127.0.0.1", 0), HeadEnd)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
