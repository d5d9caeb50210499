"""Raw HTTP/1 cases of cases/*.yaml; see README.md."""

import pathlib

import pytest
import yaml
from harness.raw_client import RawClient
from readers import is_complete

CASES = pathlib.Path(__file__).with_name("cases")
FILES = sorted(path for path in CASES.glob("*.yaml") if path.stem != "h2")


def _load():
    for path in FILES:
        document = yaml.safe_load(path.read_text())
        for case in document["cases"]:
            yield pytest.param({**document["defaults"], **case}, id=f"{path.stem}: {case['name']}")


ALL = list(_load())


def test_there_are_enough_cases():
    assert len(ALL) >= 150


def _as_listed(request):
    method, target, _, body, _ = request
    return f"{method} {target} " + body.decode("latin-1")


def _exchange(client, case):
    """Sends the case and reads as many answers as are due; returns their statuses and whether the connection goes on."""
    raw = case["raw"].encode("latin-1")
    client.send(raw)
    methods = [line.split(" ")[0] for line in case.get("forwarded", [])]
    longest = max(len(case["answers"]), len(case.get("or", [])))
    statuses, goes_on = [], True
    while goes_on and len(statuses) < longest and statuses.count(200) == len(statuses):
        n = len(statuses)
        answer = client.response(methods[n] if n < len(methods) else "GET")
        statuses.append(answer.status)
        goes_on = answer.get("connection") != "close"
    return statuses, goes_on


@pytest.mark.parametrize("case", ALL)
def test_case(recorder, case):
    with RawClient(recorder.port) as client:
        statuses, goes_on = _exchange(client, case)
        assert statuses == case["answers"] or _is_alternative(case, statuses)
        assert goes_on is not case.get("closes", False) or statuses[-1] != 200
        if goes_on:
            answer = client.request("GET", "/sentinel", "a", {"Connection": "close"})
            assert answer.body == b"GET /sentinel", "the next request got an answer that is not its own"
        assert client.expect_closed() == b""
    complete = [raw for raw in recorder.recorded() if is_complete(raw)]
    requests = [_as_listed(recorder.agreed(raw)) for raw in complete]
    due = case.get("forwarded", [])[:statuses.count(200)]
    assert requests == due + (["GET /sentinel "] if goes_on else [])


def _is_alternative(case, statuses):
    """`or` is a list of answers, or a list of statuses each of which is a whole alternative: [405, 501]."""
    other = case.get("or", [])
    return statuses == other or (len(statuses) == 1 and statuses[0] in other and len(case["answers"]) == 1)
