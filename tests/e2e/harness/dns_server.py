"""A DNS server on loopback that knows what the test tells it: addresses of names, and names of addresses (RFC 1035)."""

import ipaddress
import socket
import struct
import threading

_A, _PTR, _AAAA = 1, 12, 28
_NO_SUCH_NAME = 3


def _encode_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def _read_question(message: bytes) -> tuple[str, int, int]:
    """Name (lower case), type, and where the question ends."""
    labels, at = [], 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
        at += 1 + message[at]
    return ".".join(labels), struct.unpack_from("!H", message, at + 1)[0], at + 5


class DnsServer:
    """`addresses` by name, IPv4 and IPv6 mixed; `names` by address. What is not there does not exist."""

    def __init__(self):
        self.addresses: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}
        self.questions: list[str] = []
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self.resolver = f"127.0.0.1:{self._sock.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._sock.close()

    def _serve(self) -> None:
        while True:
            try:
                message, peer = self._sock.recvfrom(4096)
                self._sock.sendto(self._answer(message), peer)
            except OSError:
                return

    def _answer(self, message: bytes) -> bytes:
        name, kind, end = _read_question(message)
        self.questions.append(name)
        known = name in self.addresses
        records = []
        for text in self.addresses.get(name, []):
            address = ipaddress.ip_address(text)
            if kind == (_A if address.version == 4 else _AAAA):
                records.append(address.packed)
        for text, pointed in self.names.items():
            if kind == _PTR and ipaddress.ip_address(text).reverse_pointer == name:
                known = True
                records.append(_encode_name(pointed))
        code = 0 if known else _NO_SUCH_NAME
        head = message[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        answers = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 1, len(data)) + data for data in records)
        return head + message[12:end] + answers
