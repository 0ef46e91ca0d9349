"""HTTP/2 frame by frame, for what no client library would send (RFC 9113; RFC 7541 without Huffman or a table)."""

import contextlib
import socket
import struct

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 2, 3, 4, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def number(value, bits, first=0):
    most = (1 << bits) - 1
    if value < most:
        return bytes((first | value,))
    out, value = bytearray((first | most,)), value - most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes((*out, value))


def field(name, value):
    """A literal that no table keeps."""
    name, value = name.encode(), value.encode()
    return b"\x00" + number(len(name), 7) + name + number(len(value), 7) + value


def head(method="GET", path="/", **more):
    fields = {":method": method, ":scheme": "http", ":path": path, ":authority": "test", **more}
    return b"".join(field(name.replace("_", "-"), value) for name, value in fields.items())


def get(stream, path):
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, head(path=path))


def begin(settings=b""):
    return PREFACE + frame(SETTINGS, 0, 0, settings)


class Connection:
    """Sends bytes, whatever comes back; `read` parses what came until the server closes or `until` holds."""

    def __init__(self, port, first=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.buffer, self.frames = b"", []
        self.send(begin() if first is None else first)

    def send(self, data):
        """False: the server takes no more."""
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise
        except OSError:
            return False
        return True

    def read(self, until=lambda frames: False):
        with contextlib.suppress(ConnectionError):
            while not until(self.frames):
                data = self.socket.recv(65536)
                if not data:
                    break
                self.buffer += data
                self.parse()
        return self.frames

    def parse(self):
        while len(self.buffer) >= 9:
            size = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + size:
                return
            stream = int.from_bytes(self.buffer[5:9], "big")
            self.frames.append((self.buffer[3], self.buffer[4], stream, self.buffer[9:9 + size]))
            self.buffer = self.buffer[9 + size:]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def of(frames, kind, stream=None):
    return [one for one in frames if one[0] == kind and stream in (None, one[2])]


def goaway_code(frames):
    away = of(frames, GOAWAY)
    return int.from_bytes(away[-1][3][4:8], "big") if away else None
