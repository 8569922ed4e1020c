"""A chat endpoint on this machine that writes the lines of a game's characters."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LINES = {
    "miller": ("Rats took my flour. Bring the cat from the tower.", "stop"),
    "smith": ("The blade lies in the well, and the well is deep.", "stop"),
    "poisoner": (None, "content_filter"),
    "ferryman": ("Two coins to cross. Three to come back.", "stop"),
}


class Story(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        role = request["messages"][-1]["content"].split()[-1]
        text, finish = LINES[role]
        said = {"role": "assistant", "content": text}
        body = json.dumps(
            {
                "id": f"chatcmpl-{role}",
                "object": "chat.completion",
                "created": 1720000000,
                "model": request["model"],
                "choices": [{"index": 0, "message": said, "finish_reason": finish}],
                "usage": {"prompt_tokens": 18, "completion_tokens": 11, "total_tokens": 29},
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
def story_model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Story)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
