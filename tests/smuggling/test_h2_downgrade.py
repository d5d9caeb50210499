"""HTTP/2 cases of cases/h2.yaml on their way down to HTTP/1; see README.md."""

import pathlib
import secrets

import h2.exceptions
import pytest
import yaml
from harness.h2_client import H2Client
from readers import is_complete

DOCUMENT = yaml.safe_load(pathlib.Path(__file__).with_name("cases").joinpath("h2.yaml").read_text())


def _bytes(pairs):
    return [tuple(text.encode("latin-1") for text in pair) for pair in pairs]


def _send(client, case, mark):
    """Sends the frames, marked by a field; a connection that the gateway ends meanwhile is one way to refuse."""
    headers = case.get("headers", DOCUMENT["defaults"]["headers"]) + case.get("add", []) + [["x-case", mark]]
    body, trailers = case.get("body", "").encode("latin-1"), case.get("trailers")
    stream_id = client.start_with(_bytes(headers), end=not body and not trailers)
    try:
        if body:
            client.send_data(stream_id, body, end=not trailers)
        if trailers:
            client.send_trailers(stream_id, _bytes(trailers))
        stream = client.streams[stream_id]
        client.read_until(lambda: stream.over or client.goaway_code is not None or client.closed)
        return stream
    except (h2.exceptions.ProtocolError, ConnectionError):
        return client.streams[stream_id]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in DOCUMENT["cases"]])
def test_case(recorder, case):
    mark = secrets.token_hex(8)
    with H2Client(recorder.port, validate=False) as client:
        stream = _send(client, case, mark)
    accepted = stream.ended and stream.status == 200
    expectations = [case.get("expect", "refused"), case.get("or", [])]
    if not accepted:
        assert "refused" in expectations
        assert not stream.headers or 400 <= stream.status < 500 or stream.status == 501
        # A head may be on its way before the body that belies it: then what went on is one of the allowed readings.
        complete = [raw for raw in _marked(recorder, mark) if is_complete(raw)]
        assert _read(recorder, complete) in ([], case.get("or", [])), "a refused request was forwarded whole"
        return
    assert _read(recorder, _marked(recorder, mark)) in expectations


def _marked(recorder, mark):
    """Everything that came but what bears another case's mark, which may come late."""
    return [raw for raw in recorder.recorded() if mark.encode() in raw or b"x-case: " not in raw]


def _read(recorder, raws):
    """The requests as two parsers agree on them."""
    found = []
    for raw in raws:
        method, target, host, body, _ = recorder.agreed(raw)
        assert host == "a"
        found.append(f"{method} {target} " + body.decode("latin-1"))
    return found
