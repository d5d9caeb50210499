"""Whether the events of a stream come in the order that its protocol demands.

Both take the SDK's own event objects, and raise AssertionError that names the event at fault.
Source: Anthropic, Streaming messages; OpenAI API reference, Responses streaming events (2026-11).
"""

DELTA_OF_BLOCK = {"text": {"text_delta", "citations_delta"}, "thinking": {"thinking_delta", "signature_delta"},
                  "tool_use": {"input_json_delta"}, "redacted_thinking": set()}


def _member(event, name):
    return event[name] if isinstance(event, dict) else getattr(event, name)


def check_anthropic(events) -> None:
    """message_start, then whole content blocks numbered from 0 and one at a time, message_delta, message_stop. Pings anywhere."""
    protocol = {"message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"}
    events = [event for event in events if _member(event, "type") in protocol]  # the SDK adds events of its own
    kinds = [_member(event, "type") for event in events]
    assert kinds[0] == "message_start" and kinds[-1] == "message_stop", kinds
    assert kinds[-2] == "message_delta" and kinds.count("message_delta") == 1, kinds
    assert kinds.count("message_start") == kinds.count("message_stop") == 1, kinds
    open_block, blocks = None, 0
    for event in events[1:-2]:
        kind, index = _member(event, "type"), _member(event, "index")
        if kind == "content_block_start":
            assert open_block is None and index == blocks, f"{event} while block {open_block} is open, after {blocks} blocks"
            open_block, blocks = _member(_member(event, "content_block"), "type"), blocks + 1
            continue
        assert open_block is not None and index == blocks - 1, f"{event} outside of its block"
        if kind == "content_block_stop":
            open_block = None
        else:
            assert _member(_member(event, "delta"), "type") in DELTA_OF_BLOCK[open_block], f"{event} in a block {open_block}"
    assert open_block is None, f"block {blocks - 1} is not closed"


# What opens an item's part or the item itself, and what then may and must follow, up to its end.
_TEXTS = {
    "response.content_part.added": ("response.output_text.delta", "response.output_text.done", "response.content_part.done"),
    "response.reasoning_summary_part.added": ("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
                                              "response.reasoning_summary_part.done"),
}
_CALL = ("response.function_call_arguments.delta", "response.function_call_arguments.done")


class _Responses:
    def __init__(self, events):
        self.events, self.at = events, 0

    def next(self):
        assert self.at < len(self.events), "the stream ends too early"
        event = self.events[self.at]
        assert event.sequence_number == self.at, f"{event.type} has number {event.sequence_number}, not {self.at}"
        self.at += 1
        return event

    def take(self, kind):
        event = self.next()
        assert event.type == kind, f"{event.type} where {kind} belongs"
        return event

    def deltas(self, kind):
        text = ""
        while self.events[self.at].type == kind:
            text += self.next().delta
        return text

    def item(self, index):
        added = self.take("response.output_item.added")
        assert added.output_index == index, f"item {added.output_index} where {index} belongs"
        if added.item.type == "function_call":
            arguments = self.deltas(_CALL[0])
            assert self.take(_CALL[1]).arguments == arguments
        while self.events[self.at].type in _TEXTS:
            delta, text_done, part_done = _TEXTS[self.next().type]
            text = self.deltas(delta)
            assert self.take(text_done).text == text
            assert self.take(part_done).part.text == text
        done = self.take("response.output_item.done")
        assert (done.output_index, done.item.id, done.item.type) == (index, added.item.id, added.item.type)
        return done.item


def check_responses(events) -> None:
    """created, in_progress, whole items one after another, one end whose output is those items; numbers without a gap."""
    reader = _Responses(events)
    created = reader.take("response.created").response
    if events[1].type == "response.in_progress":
        reader.next()
    items = []
    while events[reader.at].type == "response.output_item.added":
        items.append(reader.item(len(items)))
    end = reader.next()
    assert end.type in ("response.completed", "response.incomplete"), end.type
    assert reader.at == len(events), f"{events[reader.at].type} behind the end"
    assert end.response.id == created.id
    assert [item.to_dict() for item in end.response.output] == [item.to_dict() for item in items]
