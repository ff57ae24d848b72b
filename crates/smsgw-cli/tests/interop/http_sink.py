"""A web server for callbacks: prints each GET as an event, named after the path, with the query's fields.

It listens on a free port, told as {"event": "ready", "address"}, until it is killed.
"""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Sink(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        report(url.path.strip("/"), **dict(parse_qsl(url.query, keep_blank_values=True)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Sink)
report("ready", address=f"127.0.0.1:{server.server_port}")
server.serve_forever()
