"""What every client can be asked, in terms that none of them owns."""

from dataclasses import dataclass, field
from typing import Any

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

CITY_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
TIME_SCHEMA = {"type": "object", "properties": {"zone": {"type": "string"}, "hours": {"type": "integer"}},
               "required": ["zone", "hours"], "additionalProperties": False}


@dataclass(frozen=True)
class Tool:
    name: str
    description: str
    schema: dict[str, Any]


TOOLS = [Tool("get_weather", "The weather of a city.", CITY_SCHEMA), Tool("get_time", "The time in a zone.", TIME_SCHEMA)]


@dataclass(frozen=True)
class User:
    """A turn of the user; `image` is a PNG in base64."""

    text: str
    image: str | None = None


@dataclass(frozen=True)
class Call:
    id: str | None
    name: str
    arguments: dict[str, Any]


@dataclass
class Reply:
    """A turn of the model. `native` is what the client wants back as this turn in the next request."""

    text: str = ""
    thinking: str = ""
    calls: list[Call] = field(default_factory=list)
    finish: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    native: Any = None
    events: list[str] = field(default_factory=list)  # kinds of a stream's events, where the client shows them


@dataclass(frozen=True)
class Results:
    """Results of the calls of the reply before it, in order."""

    of: Reply
    texts: tuple[str, ...]

    def pairs(self):
        return zip(self.of.calls, self.texts, strict=True)


@dataclass(frozen=True)
class Ask:
    """One request."""

    turns: tuple[Any, ...]
    stream: bool = False
    tools: tuple[Tool, ...] = ()
    must_call: bool = False
    schema: dict[str, Any] | None = None
    thinking: bool = False
    max_tokens: int = 256


class Refused(Exception):
    """The client raised for an error reply; `told` is its own exception."""

    def __init__(self, status: int | None, retry_after: str | None, told: Exception | str):
        super().__init__(f"{status}: {told}")
        self.status, self.retry_after, self.told = status, retry_after, told


class Broken(Exception):
    """The client raised while it read a stream, after `seen` of the text."""

    def __init__(self, seen: str, told: Exception | str):
        super().__init__(f"after {seen!r}: {told}")
        self.seen, self.told = seen, told


class Client:
    """A client at a base URL (scheme and authority). `fields` go with every request."""

    name = ""  # of the row in the matrix
    can: frozenset[str] = frozenset()  # of: tools image schema thinking embed count models rerank usage_in_stream

    def __init__(self, url: str, fields: dict[str, str] | None = None):
        self.url, self.fields = url, fields or {}

    def ask(self, ask: Ask, model: str) -> Reply:
        raise NotImplementedError

    def embed(self, texts: list[str], model: str) -> list[list[float]]:
        raise NotImplementedError

    def count(self, turns: tuple[Any, ...], model: str) -> int:
        raise NotImplementedError

    def models(self) -> set[str]:
        raise NotImplementedError
