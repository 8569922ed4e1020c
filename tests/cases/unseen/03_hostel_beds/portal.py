"""The portal on which the regions of a hostel association put their exports."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EXPORTS = {
    "coast": "hostel,beds,booked\nDune House,64,51\nLighthouse,22,22\n",
    "hills": "hostel,beds,booked\nOld Mill,40,13\nSaddle Hut,18,0\n",
    "lakes": "hostel,beds,booked\nBoat House,36,30\nReed Farm,28,9\n",
}
PAGE = """<!doctype html>
<html><head><title>Maintenance</title></head>
<body><h1>We will be back soon</h1>
<p>The portal is being updated, please come back in an hour.</p>
</body></html>
"""
UPDATING = {"hills"}


class Portal(BaseHTTPRequestHandler):
    def do_GET(self):
        region = self.path.rpartition("/")[2].removesuffix(".csv")
        status, kind, text = 200, "text/csv", EXPORTS.get(region)
        if region in UPDATING:
            kind, text = "text/html", PAGE
        elif text is None:
            status, kind, text = 404, "text/plain", "no such export"
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def open_portal():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
