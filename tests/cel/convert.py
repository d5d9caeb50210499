#!/usr/bin/env python3
"""Turns the CEL specification's simple conformance cases (protobuf text) into the lines that cel_conformance reads.

    tests/cel/convert.py FOLDER_OF_TEXTPROTOS OUTPUT

A case is `key value` lines, ended by an empty line; in values, control characters and % are %XX. Expected values are written
as cel_conformance writes what it gets, bindings as CEL expressions, types as the type checker prints them. Cases about
protobuf messages and enums are left out and counted in the first line: whole files of them, and cases that name one.
"""

import pathlib
import re
import struct
import sys

# Files about messages alone. What else names one is found case by case.
MESSAGE_FILES = {"proto2", "proto2_ext", "proto3", "enums", "wrappers"}
USES_MESSAGE = re.compile(r"TestAllTypes|NestedTestAllTypes|cel\.expr\.conformance|google\.(protobuf|api|type)\.\w+\s*\{|GlobalEnum"
                          r"|google\.protobuf\.(?!Timestamp\b|Duration\b)\w+")
PRIMITIVES = {"BOOL": "bool", "INT64": "int", "UINT64": "uint", "DOUBLE": "double", "STRING": "string", "BYTES": "bytes"}
WELL_KNOWN = {"TIMESTAMP": "timestamp", "DURATION": "duration", "ANY": "dyn",
              "google.protobuf.Timestamp": "timestamp", "google.protobuf.Duration": "duration"}
TOKEN = re.compile(rb"""\s+|\#[^\n]*|(?P<token>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\w.+-]+|\[[\w./]+\]|[{}<>:,;\[\]])""", re.S)
ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.S)
PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


class UsesMessage(Exception):
    """The case is about a protobuf message or enum."""


def unescape(found: re.Match) -> bytes:
    octal, byte, short, long, plain = found.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if byte:
        return bytes([int(byte, 16)])
    if short or long:
        return chr(int(short or long, 16)).encode()
    return PLAIN.get(plain, plain)


def tokenize(text: bytes) -> list[bytes]:
    tokens, at = [], 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"unexpected {text[at:at + 30]!r}")
        if found["token"]:
            tokens.append(found["token"])
        at = found.end()
    return tokens


class Parser:
    """Messages become dicts of lists of values; a scalar is bytes for a string, str for a name or number."""

    def __init__(self, text: bytes):
        self.tokens, self.at = tokenize(text), 0

    def peek(self) -> bytes:
        return self.tokens[self.at] if self.at < len(self.tokens) else b""

    def next(self) -> bytes:
        self.at += 1
        return self.tokens[self.at - 1]

    def message(self, end: bytes = b"") -> dict:
        fields = {}
        while self.peek() != end:
            name = self.next().decode()
            if self.peek() == b":":
                self.next()
            fields.setdefault(name, []).extend(self.values())
            if self.peek() in (b",", b";"):
                self.next()
        self.at += 1
        return fields

    def values(self) -> list:
        if self.peek() != b"[":
            return [self.value()]
        self.next()
        found = []
        while self.peek() != b"]":
            found.append(self.value())
            if self.peek() == b",":
                self.next()
        self.next()
        return found

    def value(self):
        token = self.next()
        if token in (b"{", b"<"):
            return self.message(b"}" if token == b"{" else b">")
        if token[:1] not in (b'"', b"'"):
            return token.decode()
        text = ESCAPE.sub(unescape, token[1:-1])
        while self.peek()[:1] in (b'"', b"'"):
            text += ESCAPE.sub(unescape, self.next()[1:-1])
        return text


def one(message: dict, name: str, default=None):
    return message.get(name, [default])[0]


def hex_bytes(text: bytes) -> str:
    return text.hex()


def time_parts(message: dict) -> tuple[int, int]:
    return int(one(message, "seconds", "0")), int(one(message, "nanos", "0"))


def object_of(value: dict):
    """The seconds and nanoseconds of a timestamp or duration; other objects are messages."""
    for kind, name in (("timestamp", "Timestamp"), ("duration", "Duration")):
        found = one(value, f"[type.googleapis.com/google.protobuf.{name}]")
        if found is not None:
            return kind, time_parts(found)
    raise UsesMessage


def to_result(value: dict) -> str:
    """A value as cel_conformance writes one."""
    (kind, (held,)), = value.items()
    match kind:
        case "null_value":
            return "null"
        case "bool_value":
            return f"bool:{held}"
        case "int64_value":
            return f"int:{int(held, 0)}"
        case "uint64_value":
            return f"uint:{int(held, 0)}"
        case "double_value":
            number = float(held)
            return "double:nan" if number != number else "double:" + struct.pack(">d", number).hex()
        case "string_value":
            return "string:" + hex_bytes(held)
        case "bytes_value":
            return "bytes:" + hex_bytes(held)
        case "type_value":
            return "type:" + held.decode()
        case "list_value":
            return "[" + ",".join(to_result(v) for v in held.get("values", [])) + "]"
        case "map_value":
            entries = (to_result(one(e, "key")) + "=" + to_result(one(e, "value")) for e in held.get("entries", []))
            return "{" + ",".join(sorted(entries)) + "}"
        case "object_value":
            name, (seconds, nanos) = object_of(held)
            return f"{name}:{seconds},{nanos}"
    raise UsesMessage


def to_literal(text: bytes) -> str:
    return "'" + "".join(f"\\x{byte:02x}" for byte in text) + "'"


def to_expression(value: dict) -> str:
    """A value as a CEL expression."""
    (kind, (held,)), = value.items()
    match kind:
        case "null_value":
            return "null"
        case "bool_value" | "int64_value":
            return held
        case "uint64_value":
            return held + "u"
        case "double_value":
            return f"double('{held}')"
        case "string_value":
            return f"string(b{to_literal(held)})"
        case "bytes_value":
            return "b" + to_literal(held)
        case "type_value":
            return held.decode()
        case "list_value":
            return "[" + ", ".join(to_expression(v) for v in held.get("values", [])) + "]"
        case "map_value":
            return "{" + ", ".join(f"{to_expression(one(e, 'key'))}: {to_expression(one(e, 'value'))}"
                                   for e in held.get("entries", [])) + "}"
        case "object_value":
            name, (seconds, nanos) = object_of(held)
            if name == "timestamp":
                return f"timestamp({seconds}) + duration('{nanos}ns')"
            return f"duration('{seconds}s') + duration('{nanos}ns')"
    raise UsesMessage


def to_type(message: dict) -> str:
    (kind, (held,)), = message.items()
    match kind:
        case "primitive":
            return PRIMITIVES[held]
        case "dyn" | "null":
            return kind
        case "well_known":
            return WELL_KNOWN[held]
        case "list_type":
            return f"list({to_type(one(held, 'elem_type'))})"
        case "map_type":
            return f"map({to_type(one(held, 'key_type'))}, {to_type(one(held, 'value_type'))})"
        case "type_param":
            return held.decode()
        case "type":
            return f"type({to_type(held)})" if held else "type"
        case "message_type" if held.decode() in WELL_KNOWN:
            return WELL_KNOWN[held.decode()]
        case "abstract_type":
            parameters = ", ".join(to_type(p) for p in held.get("parameter_types", []))
            name = one(held, "name").decode()
            return f"optional({parameters})" if name == "optional_type" else name
    raise UsesMessage


def signature_of(overload: dict) -> str:
    parameters = [to_type(p) for p in overload.get("params", [])]
    receiver = ""
    if one(overload, "is_instance_function") == "true":
        receiver = parameters.pop(0) + "."
    return f"{receiver}({', '.join(parameters)}) -> {to_type(one(overload, 'result_type'))}"


def escape(text: bytes) -> bytes:
    return b"".join(b"%%%02x" % b if b < 0x20 or b == 0x25 else bytes([b]) for b in text)


def lines_of(test: dict) -> list[tuple[str, bytes]]:
    lines = [("expr", one(test, "expr"))]
    for key in ("container", "locale"):
        if key in test:
            lines.append((key, one(test, key)))
    for key in ("disable_check", "disable_macros", "check_only"):
        if one(test, key) == "true":
            lines.append((key, b"true"))
    for declared in test.get("type_env", []):
        name = one(declared, "name").decode()
        if "ident" in declared:
            lines.append(("variable", f"{name} {to_type(one(one(declared, 'ident'), 'type'))}".encode()))
        for overload in one(declared, "function", {}).get("overloads", []):
            lines.append(("function", f"{name} {signature_of(overload)}".encode()))
    for bound in test.get("bindings", []):
        value = one(one(bound, "value"), "value")
        lines.append(("bind", f"{one(bound, 'key').decode()} {to_expression(value)}".encode()))
    return lines + expectation_of(test)


def expectation_of(test: dict) -> list[tuple[str, bytes]]:
    if "eval_error" in test:
        return [("error", one(one(one(test, "eval_error"), "errors", {}), "message", b""))]
    if "typed_result" in test:
        typed = one(test, "typed_result")
        lines = [("type", to_type(one(typed, "deduced_type")).encode())]
        if "result" in typed:
            lines.append(("value", to_result(one(typed, "result")).encode()))
        return lines
    return [("value", to_result(one(test, "value", {"bool_value": ["true"]})).encode())]


def convert(folder: pathlib.Path) -> bytes:
    out, left_out, seen = [], 0, {}
    for file in sorted(folder.glob("*.textproto")):
        for section in Parser(file.read_bytes()).message().get("section", []):
            for test in section.get("test", []):
                name = f"{file.stem}/{one(section, 'name').decode()}/{one(test, 'name').decode()}"
                seen[name] = seen.get(name, 0) + 1
                if seen[name] > 1:
                    name += f"#{seen[name]}"
                try:
                    named = one(test, "expr").decode() + " " + one(test, "container", b"").decode()
                    in_protobuf = one(test, "container", b"").startswith(b"google.protobuf")
                    if file.stem in MESSAGE_FILES or in_protobuf or USES_MESSAGE.search(named):
                        raise UsesMessage
                    lines = lines_of(test)
                except UsesMessage:
                    left_out += 1
                    continue
                out.append(b"".join(key.encode() + b" " + escape(value) + b"\n" for key, value in [("case", name.encode()), *lines]))
    return f"left_out {left_out}\n\n".encode() + b"\n".join(out)


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_bytes(convert(pathlib.Path(sys.argv[1])))
