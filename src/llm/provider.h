// The providers of models: which formats each one speaks, on which paths, with which fields and
// quirks. One table (provider.cc); a new OpenAI-compatible service is a row, not code.
//
// Thread: immutable data, pure functions.   Source: the providers' API references of 2026-11; a row
// names where it is not obvious.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "llm/call.h"
#include "llm/conversation/dialect.h"

namespace tidegate::llm {

// How a streamed reply stands in the body.
enum class Framing : std::uint8_t {
  kSse,          // text/event-stream
  kEventStream,  // application/vnd.amazon.eventstream, an event of the format per message
  kInvokeChunks  // the same, whose messages hold {"bytes": base64 of the event's JSON}
};

// How a provider is asked in one format.
//
// Paths are templates behind the provider's base: {model} (encoded as one path segment), {project},
// {location} and {version} are put in.
struct FormatPath {
  Format format = Format::kChat;
  std::string_view models;       // only models whose name contains this; empty: any
  std::string_view path;         // "/chat/completions"
  std::string_view stream_path;  // empty: the same
  Framing framing = Framing::kSse;
  std::string_view anthropic_version;  // stands in the body; empty: it does not
  bool model_in_body = true;
  bool stream_in_body = true;
  bool beta_in_body = false;  // anthropic-beta goes up as the member anthropic_beta
};

struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// Where an API key goes.
struct KeyPlace {
  std::string_view header;
  std::string_view prefix;
};

struct Provider {
  std::string_view name;               // as a Backend says it
  Dialect dialect = Dialect::kOpenAi;  // of what is no conversation
  // Before the path of every call.
  std::string_view base;
  // Whether the caller's own path stays where neither format nor name of the model changes: servers
  // whose base nobody knows.
  bool keeps_path = false;
  // Before paths of what a provider keeps (files, batches, responses); empty: `base`.
  std::string_view kept_base;
  std::string_view query;               // of every call: "api-version={version}"; empty: none
  std::span<const FormatPath> formats;  // the one to cross into first
  KeyPlace key;
  std::span<const HeaderField> fields;      // set where the request has none
  std::span<const std::string_view> betas;  // values of anthropic-beta it takes; empty: any
  Target target;                            // its quirks
};

// The provider that a Backend means: the row of that name where it speaks `dialect` (absent:
// whatever it speaks), else a server that speaks `dialect` (OpenAI's where absent) on the paths
// that callers use. `versioned`: the Backend names an API version (Azure).
const Provider& find_provider(std::string_view name, std::optional<Dialect> dialect,
                              bool versioned);

// Names that have a row of their own: what find_provider() takes without a dialect.
std::vector<std::string_view> provider_names();

// The format that a call is in; empty for what is no conversation.
std::optional<Format> format_of(const Call& call);
Dialect dialect_of(Format format);

// How `provider` is asked for `model` by a caller of `format`: in the same format where it can be,
// else in the first that takes the model. `only`: none of another dialect. Null: it has no
// conversations for the model.
const FormatPath* choose_format(const Provider& provider, Format format, std::string_view model,
                                std::optional<Dialect> only);

// What is put into a path template.
struct PathValues {
  std::string_view model;  // plain
  std::string_view project;
  std::string_view location;
  std::string_view version;
};
// The template with its values, in the arena.
std::string_view fill_path(std::string_view path, const PathValues& values, Arena& arena);

// The path of a call that is a sibling of `path` at the same model: ":countTokens" for
// ".../{model}:generateContent", "/count-tokens" for "/model/{model}/converse". `verb` begins with
// its separator.
std::string_view sibling_path(std::string_view path, std::string_view verb, Arena& arena);

}  // namespace tidegate::llm
