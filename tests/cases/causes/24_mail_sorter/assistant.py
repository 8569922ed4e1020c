"""A streaming chat endpoint on this machine that sorts letters with tool calls."""

import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CALLS = {
    "m1": ("move", {"folder": "Suppliers/Wood", "keep_days": 365}),
    "m2": ("ask_person", {"question": "Is this parcel notice ours?"}),
    "m3": ("move", {"folder": "Suppliers/Woods", "keep_days": 90}),
    "m4": ("move", {"folder": "Staff/Leave", "keep_days": 30}),
    "m5": ("move", {"folder": "Customers/Orders", "keep_days": 365}),
}


def pieces(text: str, size: int = 9) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


class Assistant(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        letter = re.search(r"\[(m\d)\]", request["messages"][-1]["content"]).group(1)
        name, arguments = CALLS[letter]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        opening = {"index": 0, "id": f"call_{letter}", "type": "function"}
        opening["function"] = {"name": name, "arguments": ""}
        self.send_chunk(request, {"role": "assistant", "tool_calls": [opening]}, None)
        for piece in pieces(json.dumps(arguments)):
            part = {"index": 0, "function": {"arguments": piece}}
            self.send_chunk(request, {"tool_calls": [part]}, None)
        self.send_chunk(request, {}, "tool_calls")
        self.wfile.write(b"data: [DONE]\n\n")

    def send_chunk(self, request, delta, finish):
        chunk = {
            "id": "chatcmpl-mail",
            "object": "chat.completion.chunk",
            "created": 1719000000,
            "model": request["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())

    def log_message(self, *args):
        pass


@contextmanager
def local_assistant():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Assistant)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
