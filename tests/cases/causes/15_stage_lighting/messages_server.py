"""A messages endpoint on this machine that knows the moods of tonight's songs."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOODS = {
    "Harbour Lights": "calm, warm",
    "Ninety Knots": "fast, cold, fast",
    "Gunmetal": "I would rather not describe this one",
    "Paper Moon Street": "warm, bright",
}
seen = set()


class Messages(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        title = request["messages"][0]["content"].splitlines()[0]
        if title == "Ninety Knots" and title not in seen:
            seen.add(title)
            error = {"type": "overloaded_error", "message": "Overloaded"}
            return self.answer(529, {"type": "error", "error": error})
        text = MOODS[title]
        return self.answer(
            200,
            {
                "id": "msg_local",
                "type": "message",
                "role": "assistant",
                "model": request["model"],
                "content": [{"type": "text", "text": text}],
                "stop_reason": "end_turn",
                "stop_sequence": None,
                "usage": {"input_tokens": 25, "output_tokens": len(text) // 4},
            },
        )

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
def local_messages():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Messages)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
