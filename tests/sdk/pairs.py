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
    "bedrock": Provider({"provider": "AWSBedrock"}, "anthropic.claude-sonnet-4-5-20250929-v1:0", "cohere.embed-multilingual-v3"),
    "cohere": Provider({"provider": "Cohere"}, "command-a-03-2025"),
    "mistral": Provider({"provider": "Mistral"}, "mistral-large-latest"),
}

SAME_DIALECT = [
    ("openai-chat", "openai"), ("openai-responses", "openai"), ("anthropic", "anthropic"), ("google-genai", "gemini"),
    ("bedrock-converse", "bedrock"), ("bedrock-invoke", "bedrock"), ("cohere", "cohere"), ("mistralai", "mistral"),
    ("vercel-openai-chat", "openai"), ("vercel-openai-responses", "openai"), ("vercel-anthropic", "anthropic"),
    ("vercel-google", "gemini"), ("vercel-bedrock", "bedrock"),
]

# The dialect of each client whose conversations go to other providers too, and the providers that speak it.
_SPOKEN = {"openai-chat": "chat", "openai-responses": "responses", "anthropic": "messages", "google-genai": "gemini",
           "bedrock-converse": "converse"}
_SPEAKERS = {"chat": {"openai"}, "responses": {"openai"}, "messages": {"anthropic"}, "gemini": {"gemini"}, "converse": {"bedrock"}}

# Conversations from one dialect to another: every Python client to every provider that does not speak its dialect as it does
# (Mistral's and Cohere's chat completions have quirks), and the Vercel SDK to one each, since its requests are those of the
# others but for details.
CROSSING = [(client, provider) for client, dialect in _SPOKEN.items() for provider in PROVIDERS
            if provider not in _SPEAKERS[dialect]]
CROSSING += [("vercel-openai-chat", "anthropic"), ("vercel-anthropic", "gemini"), ("vercel-google", "openai"),
             ("vercel-google", "anthropic"), ("vercel-bedrock", "openai")]

PAIRS = SAME_DIALECT + CROSSING

# Beside conversations: what one client asks of providers that take it in another format.
EMBEDDERS = [(client, provider) for client in ("openai-chat", "cohere", "google-genai", "vercel-openai-chat", "vercel-google")
             for provider in ("openai", "gemini", "cohere", "mistral", "bedrock")]
COUNTERS = [(client, provider) for client in ("anthropic", "google-genai", "openai-responses", "bedrock-converse")
            for provider in ("openai", "anthropic", "gemini", "bedrock")]
# Of these the provider counts in another format than it answers in: the simulator's counts of the two differ.
COUNTED_OTHERWISE = [("anthropic", "openai"), ("anthropic", "bedrock"), ("google-genai", "openai"), ("bedrock-converse", "openai")]
ESTIMATED = [(client, provider) for client in ("anthropic", "google-genai", "bedrock-converse") for provider in ("cohere", "mistral")]
RERANK_MODELS = {"cohere": "rerank-v3.5", "bedrock": "cohere.rerank-v3-5:0"}

# Chat completions of these providers show no thoughts, and Cohere's streams of them tell no usage.
HIDE_THINKING = {"openai", "mistral", "cohere"}
HIDE_STREAM_USAGE = {"cohere"}

# Command lines of coding agents (test_agents.py).
AGENT_PAIRS = [("claude-code", "anthropic"), ("claude-code", "openai"), ("claude-code", "gemini"), ("claude-code", "bedrock"),
               ("codex", "openai"), ("codex", "anthropic")]

# With the mock upstream (test_aimock.py). It has no Mistral streams (calls of tools come in parts there), does not know
# google-genai's path (/v1/models/...), and its Bedrock streams are none to botocore: contentBlockStart without a member, chunks
# without bytes.
MOCK_WHOLE = [pair for pair in SAME_DIALECT if pair[0] not in ("google-genai", "mistralai")]
MOCK_STREAMS = [pair for pair in MOCK_WHOLE if not pair[0].startswith("bedrock-")]
