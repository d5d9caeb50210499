"""Row `chat_to_messages`: chat completions in, Anthropic's Messages out, against the same request to a server that speaks chat.

Both go through one running gateway in alternating rounds; the ratio is that of its CPU time per reply.
"""

from . import resources
from .load import run_load

BAR = 1.5
_PAIRS = (("whole", "chat", "messages"), ("stream", "burst", "messages_burst"))


def measure(fleet, ours, effort, note):
    """JSON rows: one for whole replies, one for streams of 64 tokens in one write."""
    rows = []
    for form, same, across in _PAIRS:
        cpu = {same: [], across: []}
        for _ in range(effort.rounds):
            for work, samples in cpu.items():
                result = run_load(fleet, ours, "stream", work=work, host=resources.AI_HOST, connections=64, warmup_ms=150,
                                  duration_ms=effort.window_ms)
                samples.append(result["cpu_us_per_response"])
        note(f"chat_to_messages {form}")
        ratio = min(cpu[across]) / min(cpu[same])
        rows.append({"row": "chat_to_messages", "form": form, "same_dialect_cpu_us": round(min(cpu[same]), 2),
                     "crossing_cpu_us": round(min(cpu[across]), 2), "ratio": round(ratio, 3), "bar": BAR, "meets_bar": ratio <= BAR})
    return rows
