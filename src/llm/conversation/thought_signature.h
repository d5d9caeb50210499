// Signatures of thoughts on their way through dialects that have no place for them.
//
// Gemini 3 demands the thoughtSignature of a function call back in the next turn and refuses the
// request without it (Thought signatures, 2026-11). On the way through a client of another dialect
// it travels twice: as `extra_content.google.thought_signature` of the chat tool call (Google's own
// OpenAI compatibility), and within the tool call's id, since every client returns ids and many
// drop what they do not know. The other way round, Anthropic's and OpenAI's signatures travel
// through a Gemini client inside its thoughtSignature, which is bytes to its SDKs: some of them
// return it in the other base64 alphabet, so what is inside is encoded once more.   Thread: pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "json/escaped_text.h"
#include "json/writer.h"

namespace tidegate::llm {

using json::EscapedText;

// What Google documents for calls that have no signature, such as those another model made: the
// model goes on, without its earlier thoughts.
inline constexpr std::string_view kNoThoughtSignature = "skip_thought_signature_validator";

// ---- Within a tool call's id. Characters stay in [A-Za-z0-9_-], which Anthropic demands.

// `id` (of that alphabet, no escapes) with the signature behind it; `id` itself where it is empty.
EscapedText add_signature(EscapedText id, EscapedText signature, Arena& arena);

struct SignedId {
  EscapedText id;         // without the signature: for providers that limit its length (OpenAI: 40)
  EscapedText signature;  // empty: the id has none
};
SignedId split_signature(EscapedText id, Arena& arena);

// ---- {"google":{"thought_signature":"..."}}, the value of extra_content.

// Empty where there is none. `extra_content` is raw JSON, validated.
EscapedText find_google_signature(std::string_view extra_content);
void write_google_signature(json::Writer& writer, EscapedText signature);

// ---- Whose a signature is. ReasoningPart::signature of Gemini's carries a mark in front that
// base64 cannot begin with, so that no provider is given another one's.

EscapedText mark_google(EscapedText signature, Arena& arena);
// The signature without the mark; empty optional: it is not Google's.
std::optional<EscapedText> unmark_google(EscapedText signature);

// ---- Another provider's reasoning, inside a Gemini thoughtSignature.

struct ForeignThought {
  enum class Kind : std::uint8_t { kSignature, kRedacted, kEncrypted };
  Kind kind = Kind::kSignature;
  EscapedText id;    // kEncrypted: of the Responses item
  EscapedText data;  // the signature, the redacted data, the encrypted content
};
EscapedText wrap_thought(const ForeignThought& thought, Arena& arena);
// Empty: it is a signature of Gemini's own.
std::optional<ForeignThought> unwrap_thought(EscapedText signature, Arena& arena);

}  // namespace tidegate::llm
