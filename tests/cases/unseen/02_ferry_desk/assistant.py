"""A model on this machine that reads mails of travellers."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOOKINGS = {
    "Ostrom": {"from": "Skarv", "to": "Holm", "people": 2, "cars": 1},
    "Vinter": {"from": "Lund Pier", "to": "Skarv", "people": 5, "cars": 0},
    "Larsen": {"from": "Holm", "to": "Lund Pier", "people": 4, "cars": 1},
    "Quist": {"from": "Skarv", "to": "Holm", "people": 1, "cars": 0},
}


class Chat(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mail = asked["messages"][-1]["content"]
        name = next(name for name in BOOKINGS if name in mail)
        call = {
            "id": f"call-{name.lower()}",
            "type": "function",
            "function": {
                "name": "book",
                "arguments": json.dumps({"guest": name, **BOOKINGS[name]}),
            },
        }
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = {
            "id": f"chat-{name.lower()}",
            "object": "chat.completion",
            "created": 1747300000,
            "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def start_assistant():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
