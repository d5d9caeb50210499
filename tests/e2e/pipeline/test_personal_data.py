"""PersonalData as clients and providers see it: nothing personal leaves, and what the model got placeholders for comes back."""

import json
import re

import pytest
from harness.dialogues import DIALOGUES, cuts, every_dialect
from harness import resources as r
from harness.ports import free_port
from harness.raw_client import post
from harness.waiting import eventually

FIELDS = {"Content-Type": "application/json"}
MAIL, CARD = "ann.b@example.org", "4111 1111 1111 1111"
USERS_TEXT = f"Mail {MAIL}, card {CARD}.\n\"Ann\" \u00e9"
KEY = r.opaque_secret("placeholders", key="0123456789abcdef")

CONFIGS = {
    "block": {"actions": {"financial": "Block"}},
    "redact": {"action": "Redact"},
    "mask": {"action": "Mask"},
    "placeholder": {"action": "Placeholder", "secretRef": {"name": "placeholders"}},
    "replies": {"action": "Report", "replies": {"action": "Redact"}},
}


@pytest.fixture(scope="module")
def shared(make_shared_gateway, make_shared_upstream):
    upstream, port = make_shared_upstream(), free_port()
    parts = [KEY]
    for dialogue in DIALOGUES:
        parts.append(r.ai_backend(dialogue.name, upstream.port, dialogue.dialect))
        if dialogue.dialect == "AWSBedrock":
            parts[-1]["spec"]["ai"].pop("dialect")  # its name is not the provider's
    for name, config in CONFIGS.items():
        rules = [r.rule(r.backend_of(d.name), matches=[{"path": {"type": "PathPrefix", "value": f"/{name}-{d.name}"}}],
                        filters=[{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}])
                 for d in DIALOGUES]
        parts.append(r.http_route(name, *rules))
        parts.append(r.resource(r.OWN, "PayloadProcessingPipeline", name, spec={
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": name}],
            "processors": [{"name": "personal", "type": "PersonalData", "config": config}]}))
    gateway = make_shared_gateway().start(r.gateway(r.listener("http", port)), *parts)
    return gateway, port, upstream


@pytest.fixture
def world(shared):
    shared[2].forget()
    yield shared
    shared[2].check()


def ask(port, config, dialogue, text=USERS_TEXT, stream=False):
    return dialogue.ask(port, f"{config}-{dialogue.name}", text, stream)


@every_dialect
def test_a_request_that_must_not_leave_is_refused_in_the_callers_dialect(world, dialogue):
    _, port, upstream = world
    response = ask(port, "block", dialogue)
    assert response.status == 403
    assert "CARD" in response.body.decode() and CARD not in response.body.decode()
    assert upstream.requests == []


@every_dialect
@pytest.mark.parametrize("config, mail, card", [("redact", "[EMAIL]", "[CARD]"), ("mask", None, "**** **** **** 1111")])
def test_values_are_replaced_and_nothing_else(world, dialogue, config, mail, card):
    _, port, upstream = world
    upstream.on_request = dialogue.serve("fine", "{}")
    assert ask(port, config, dialogue).status == 200
    sent = upstream.requests[0].body.decode()
    plain = json.dumps(dialogue.request(USERS_TEXT, False))
    if config == "redact":
        assert sent == plain.replace(MAIL, mail).replace(CARD, card)
    assert MAIL not in sent and CARD not in sent and card in sent


@every_dialect
def test_placeholders_come_back_in_whole_replies_in_text_and_arguments(world, dialogue):
    _, port, upstream = world

    def answer(connection, request):
        mail, card = (re.search(f"<{kind}_[0-9a-f]{{10}}>", request.body.decode())[0] for kind in ("EMAIL", "CARD"))
        dialogue.serve(f"To {mail} by **{card}**.", json.dumps({"to": mail, "n": 1}))(connection, request)

    upstream.on_request = answer
    response = ask(port, "placeholder", dialogue)
    assert MAIL not in upstream.requests[0].body.decode()
    assert json.loads(response.body) == dialogue.reply(f"To {MAIL} by **{CARD}**.", json.dumps({"to": MAIL, "n": 1}))


@every_dialect
def test_placeholders_come_back_in_streams_wherever_they_are_cut(world, dialogue):
    _, port, upstream = world
    upstream.on_request = dialogue.serve(["x"], ["{}"])
    ask(port, "placeholder", dialogue, stream=True)
    mail = re.search("<EMAIL_[0-9a-f]{10}>", upstream.requests[0].body.decode())[0]  # the same in every exchange
    said, arguments = f"To {mail}.", json.dumps({"to": mail})
    for text, call in zip(cuts(said), cuts(arguments)):
        upstream.on_request = dialogue.serve(text, call)
        response = ask(port, "placeholder", dialogue, stream=True)
        heard, called, _ = dialogue.read(response.body)
        assert (heard, json.loads(called)) == (f"To {MAIL}.", {"to": MAIL}), text


@every_dialect
def test_what_the_model_says_is_masked_in_streams_wherever_it_is_cut(world, dialogue):
    _, port, upstream = world
    said, arguments = f"Her card {CARD} is fine, mail {MAIL}.", json.dumps({"to": MAIL})
    for text, call in zip(cuts(said), cuts(arguments) + [[arguments]] * len(said)):
        upstream.on_request = dialogue.serve(text, call)
        response = ask(port, "replies", dialogue, text="hi", stream=True)
        heard, called, _ = dialogue.read(response.body)
        assert (heard, json.loads(called)) == ("Her card [CARD] is fine, mail [EMAIL].", {"to": "[EMAIL]"}), text


def test_a_secret_that_is_missing_stops_the_pipeline_and_one_that_comes_starts_it(make_gateway, make_upstream):
    upstream, port = make_upstream(), free_port()
    chat = DIALOGUES[0]
    upstream.on_request = chat.serve("fine", "{}")
    fixed = [r.gateway(r.listener("http", port)), r.ai_backend("one", upstream.port), r.http_route("all", r.rule(r.backend_of("one"))),
             r.resource(r.OWN, "PayloadProcessingPipeline", "p", spec={
                 "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "all"}],
                 "processors": [{"name": "personal", "type": "PersonalData", "config": CONFIGS["placeholder"]}]})]
    gateway = make_gateway().start(*fixed)
    body = json.dumps(chat.request(USERS_TEXT, False)).encode()
    assert post(port, chat.path, body, fields=FIELDS).status == 500
    assert upstream.requests == []
    gateway.reload(*fixed, KEY)
    eventually(lambda: post(port, chat.path, body, fields=FIELDS).status == 200, "the Secret starts it")
    assert "<EMAIL_" in upstream.requests[0].body.decode()
