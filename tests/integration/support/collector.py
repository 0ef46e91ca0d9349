"""An OpenTelemetry collector that keeps what services send it: OTLP over HTTP, looked at as bytes."""

import http.server
import threading
import uuid


class Collector:
    """Of one trace: `env` has a service send it spans, `headers` make a request part of the trace."""

    def __init__(self):
        self.bodies, self.trace = [], uuid.uuid4()
        bodies = self.bodies

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # the name that http.server wants
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {"OTEL_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": f"127.0.0.1:{self.server.server_port}"}
        self.headers = {"traceparent": f"00-{self.trace.hex}-00f067aa0ba902b7-01"}

    def has_spans(self, *names):
        """Whether the trace has a span of each of these names."""
        # one span is one protobuf message that begins with the trace id: tag 1, 16 bytes
        spans = b"".join(self.bodies).split(b"\x0a\x10" + self.trace.bytes)[1:]
        return all(any(name.encode() in span[:200] for span in spans) for name in names)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
