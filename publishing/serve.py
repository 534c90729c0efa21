"""A folder served on this computer, as GitHub Pages serves it: what can be squeezed is sent squeezed."""

import contextlib
import functools
import gzip
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SQUEEZED = (
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".json",
    ".ipynb",
    ".svg",
    ".txt",
    ".wasm",
    ".map",
    ".webmanifest",
)
LEAST = 500  # bytes; less is sent as it is


class Pages(SimpleHTTPRequestHandler):
    """``sent`` counts the bytes of all answers' bodies; a browser keeps an answer for ``max_age`` seconds unasked."""

    protocol_version = "HTTP/1.1"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".ipynb": "application/json",
        ".whl": "application/octet-stream",
    }

    def log_message(self, *_):
        pass

    def end_headers(self):
        age = self.server.max_age
        self.send_header("Cache-Control", f"max-age={age}" if age else "no-cache")
        super().end_headers()

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if not self._wants_squeezed(path):
            return super().send_head()
        content = squeezed(path, path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", self.date_time_string(path.stat().st_mtime))
        self.end_headers()
        return Stream(content)

    def _wants_squeezed(self, path):
        return (
            "gzip" in self.headers.get("Accept-Encoding", "")
            and "If-Modified-Since" not in self.headers  # most often nothing is sent at all
            and path.suffix in SQUEEZED
            and path.is_file()
            and path.stat().st_size > LEAST
        )

    def copyfile(self, source, outputfile):
        content = source.read()
        with self.server.counting:
            self.server.sent += len(content)
        with contextlib.suppress(ConnectionError):  # a page that was closed
            outputfile.write(content)


class Stream:
    """Bytes as the file that the handler wants."""

    def __init__(self, content):
        self.content = content

    def read(self):
        return self.content

    def close(self):
        pass


@functools.lru_cache(maxsize=2000)
def squeezed(path, changed):
    return gzip.compress(path.read_bytes(), 6)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder, port, max_age):
        self.max_age, self.sent, self.counting = max_age, 0, threading.Lock()
        super().__init__(("127.0.0.1", port), functools.partial(Pages, directory=str(folder)))

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # a browser that went away


@contextlib.contextmanager
def running(folder, port=0, max_age=0):
    """Serve ``folder`` on 127.0.0.1 until the block ends; the Server. Port 0 is any that is free."""
    server = Server(folder, port, max_age)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def served(folder, port=0):
    """As ``running``; gives the address."""
    with running(folder, port) as server:
        yield server.address
