"""Bounded waits on conditions. A wait ends as soon as its condition holds; the bound only turns a hang into a failure."""

import threading
import time
from typing import Callable, TypeVar

T = TypeVar("T")

# Upper bound of any single wait. Generous, because it is only ever reached by a failing test.
PATIENCE_S = 20.0

_never = threading.Event()


def eventually(condition: Callable[[], T], what: str, within_s: float = PATIENCE_S) -> T:
    """Evaluates `condition` until it is truthy and returns its value; fails with `what` after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {within_s} s: {what} (last value: {value!r})")
        _never.wait(0.005)


def must(event: threading.Event, what: str, within_s: float = PATIENCE_S) -> None:
    """Waits for an event that the other side of a test sets."""
    if not event.wait(within_s):
        raise AssertionError(f"did not happen within {within_s} s: {what}")
