"""The registry that confirms the tax number of a customer, a little slowly."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VALID = {"LU2201", "LU3318", "LU4470"}
SECONDS = {"LU2201": 0.3, "LU9999": 0.3}


class Registry(BaseHTTPRequestHandler):
    def do_GET(self):
        number = self.path.rpartition("/")[2]
        time.sleep(SECONDS.get(number, 0.5))
        body = json.dumps({"number": number, "valid": number in VALID}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def open_registry():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
