"""A model endpoint on this machine that proposes shifts as tool calls."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROPOSALS = {
    "W1": {"nurse": "N-204", "shift": "early"},
    "W2": {"nurse": "N-219", "shift": "twilight"},
    "W3": {"nurse": "N-231", "shift": "late"},
    "W4": {"nurse": "N-240", "shift": "night"},
}


def message(ward: str, turns: int) -> tuple[dict, str]:
    if ward == "W3" and turns == 1:
        text = "Which unit do you mean by W3, please?"
        return {"role": "assistant", "content": text}, "stop"
    call = {
        "id": f"call_{ward}",
        "type": "function",
        "function": {"name": "propose", "arguments": json.dumps(PROPOSALS[ward])},
    }
    return {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = request["messages"]
        said, finish = message(asked[0]["content"][:2], len(asked))
        body = json.dumps(
            {
                "id": "chatcmpl-roster",
                "object": "chat.completion",
                "created": 1718000000,
                "model": request["model"],
                "choices": [{"index": 0, "message": said, "finish_reason": finish}],
                "usage": {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42},
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def local_model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
