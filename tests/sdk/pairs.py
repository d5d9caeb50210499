"""The matrix: which client asks which provider. A new pair is a row here, nothing else.

PROVIDERS says how a Backend is written; each gets a listener of its own, so that a client's base URL chooses it. The upstream
is the simulator, which answers in the dialect it is asked in and refuses what the real service refuses.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Provider:
    ai: dict[str, Any]  # spec.ai of its Backend
    model: str
    embedding_model: str = "embed"


PROVIDERS = {
    "openai": Provider({"provider": "OpenAI"}, "gpt-5-mini"),
    "anthropic": Provider({"provider": "Anthropic"}, "claude-sonnet-4-5"),
    "gemini": Provider({"provider": "GeminiAIStudio"}, "gemini-2.5-flash"),
    "bedrock": Provider({"provider": "AWSBedrock"}, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    "cohere": Provider({"provider": "Cohere"}, "command-a-03-2025"),
    "mistral": Provider({"provider": "Mistral"}, "mistral-large-latest"),
}

SAME_DIALECT = [
    ("openai-chat", "openai"), ("openai-responses", "openai"), ("anthropic", "anthropic"), ("google-genai", "gemini"),
    ("bedrock-converse", "bedrock"), ("bedrock-invoke", "bedrock"), ("cohere", "cohere"), ("mistralai", "mistral"),
    ("vercel-openai-chat", "openai"), ("vercel-openai-responses", "openai"), ("vercel-anthropic", "anthropic"),
    ("vercel-google", "gemini"), ("vercel-bedrock", "bedrock"),
]

# Conversations from one dialect to another.
CROSSING: list[tuple[str, str]] = []

PAIRS = SAME_DIALECT + CROSSING

# Command lines of coding agents (test_agents.py).
AGENT_PAIRS = [("claude-code", "anthropic"), ("codex", "openai")]

# With the mock upstream (test_aimock.py). It has no Mistral streams (calls of tools come in parts there), does not know
# google-genai's path (/v1/models/...), and its Bedrock streams are none to botocore: contentBlockStart without a member, chunks
# without bytes.
MOCK_WHOLE = [pair for pair in PAIRS if pair[0] not in ("google-genai", "mistralai")]
MOCK_STREAMS = [pair for pair in MOCK_WHOLE if not pair[0].startswith("bedrock-")]
