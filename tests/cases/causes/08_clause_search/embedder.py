"""An embedding endpoint on this machine, with a smaller model for texts that are too long."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODELS = {"lex-embed": 6, "lex-embed-lite": 4}
WINDOW = 120


def vector(text: str, size: int) -> list[float]:
    parts = [0.0] * size
    for position, letter in enumerate(text.lower()):
        parts[(ord(letter) + position // 9) % size] += 1.0
    length = sum(part * part for part in parts) ** 0.5
    return [round(part / length, 5) for part in parts]


class Embedder(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = request["input"]
        model = "lex-embed" if len(text) <= WINDOW else "lex-embed-lite"
        data = [{"object": "embedding", "index": 0, "embedding": vector(text, MODELS[model])}]
        usage = {"prompt_tokens": len(text) // 4, "total_tokens": len(text) // 4}
        body = json.dumps({"object": "list", "data": data, "model": model, "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def embedder():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Embedder)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
