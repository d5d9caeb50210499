"""Row `chat_to_messages`: chat completions in, Anthropic's Messages out, against the same request to a server that speaks chat.

Both go through one running gateway in alternating rounds; the ratio is that of its CPU time per reply, or per streamed token.
"""

from . import resources
from .load import run_load

BAR = 1.5
_WHOLE = {"connections": 64, "warmup_ms": 150}
# 300 streams of 50 tokens per second: starts are spread over the time that one lasts.
_PACED = {"connections": 300, "event_rate": 50, "events": 64, "ramp_ms": 1280, "warmup_ms": 1300}

# Form, work in the same dialect, work across, load, figure. A burst is 64 tokens in one write: the dearest stream to translate.
_FORMS = (("whole", "chat", "messages", _WHOLE, "cpu_us_per_response"),
          ("stream", "paced", "messages_paced", _PACED, "cpu_us_per_token"),
          ("burst", "burst", "messages_burst", _WHOLE, "cpu_us_per_response"))


def measure(fleet, ours, effort, note):
    """JSON rows: one for each form."""
    return [_measure_form(fleet, ours, effort, note, *form) for form in _FORMS]


def _measure_form(fleet, ours, effort, note, form, same, across, load, figure):
    streams = figure == "cpu_us_per_token"
    cpu = {same: [], across: []}
    for _ in range(effort.stream_rounds if streams else effort.rounds):
        for work, samples in cpu.items():
            result = run_load(fleet, ours, "stream", work=work, host=resources.AI_HOST, **load,
                              duration_ms=effort.stream_window_ms if streams else effort.window_ms)
            samples.append(result[figure])
    note(f"chat_to_messages {form}")
    ratio = min(cpu[across]) / min(cpu[same])
    return {"row": "chat_to_messages", "form": form, "same_dialect_cpu_us": round(min(cpu[same]), 2),
            "crossing_cpu_us": round(min(cpu[across]), 2), "ratio": round(ratio, 3), "bar": BAR, "meets_bar": ratio <= BAR}
