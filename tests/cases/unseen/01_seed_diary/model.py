"""A model on this machine that turns a gardener's note into fields."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "carrots": {"crop": "carrot", "sown": "2025-03-09", "bed": "east 1"},
    "lovage": {"crop": "lovage", "sown": "2025-03-22", "bed": "wall"},
    "beans": {"crop": "bean", "sown": "14.05.2025", "bed": "east 2"},
    "spinach": {"crop": "spinach", "sown": "2025-04-01", "bed": None},
}


class Chat(BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        note = asked["messages"][-1]["content"].lower()
        fields = next(value for word, value in ANSWERS.items() if word in note)
        answer = {
            "id": f"chat-{fields['crop']}",
            "object": "chat.completion",
            "created": 1747200000,
            "model": asked["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": json.dumps(fields)},
                }
            ],
            "usage": {"prompt_tokens": 61, "completion_tokens": 24, "total_tokens": 85},
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
def start_model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
