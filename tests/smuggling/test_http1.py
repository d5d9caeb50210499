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
    """Sends the case and reads as many answers as are due; returns their statuses."""
    raw = case["raw"].encode("latin-1")
    client.send(raw)
    methods = [line.split(" ")[0] for line in case.get("forwarded", [])]
    longest = max(len(case["answers"]), len(case.get("or", [])))
    statuses = []
    for n in range(longest):
        statuses.append(client.response(methods[n] if n < len(methods) else "GET").status)
        if statuses[-1] != 200:
            break
    return statuses


@pytest.mark.parametrize("case", ALL)
def test_case(recorder, case):
    with RawClient(recorder.port) as client:
        statuses = _exchange(client, case)
        assert statuses in (case["answers"], case.get("or") if isinstance(case.get("or"), list) else None) or _other(case, statuses)
        accepted = statuses.count(200)
        if statuses[-1] != 200 or case.get("closes"):
            assert client.expect_closed() == b""
        else:
            answer = client.request("GET", "/sentinel", "a", {"Connection": "close"})
            assert answer.body == b"GET /sentinel", "the next request got an answer that is not its own"
    requests = [recorder.agreed(raw) for raw in _complete(recorder.recorded(), statuses)]
    if not case.get("closes") and statuses[-1] == 200:
        assert _as_listed(requests.pop()) == "GET /sentinel "
    assert [_as_listed(request) for request in requests] == case.get("forwarded", [])[:accepted]


def _other(case, statuses):
    """`or` may be a list of statuses each of which is a whole alternative: [405, 501]."""
    return len(statuses) == 1 and statuses[0] in case.get("or", []) and len(case["answers"]) == 1


def _complete(recorded, statuses):
    """Recorded requests of answered exchanges. One that was refused half way must not be complete for any reader."""
    answered = len([status for status in statuses if status == 200])
    if statuses[-1] == 200:
        return recorded
    for raw in recorded[answered:]:
        assert not is_complete(raw), f"a refused request was forwarded whole: {raw!r}"
    return recorded[:answered]
