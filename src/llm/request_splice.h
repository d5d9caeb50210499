// The edits that the gateway makes in a request that stays in its dialect.
//
// Thread: any.   Source: OpenAI API reference, Create chat completion, stream_options.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "json/edit.h"
#include "llm/request_facts.h"

namespace tidegate::llm {

// Whether the gateway must ask for usage in the stream itself: an OpenAI chat or text completion
// that streams and whose client did not ask. Then StreamMeter hides what comes of it.
bool must_ask_for_usage(const RequestFacts& facts);

// Adds "stream_options":{"include_usage":true} to the request, or sets the member where
// stream_options stands already. `edit` is an edit of `body`; texts go to `arena`, which must
// outlive the pieces.
void ask_for_usage(json::Edit& edit, std::string_view body, const RequestFacts& facts,
                   Arena& arena);

// Puts `upstream_name` (plain text) in place of the model's name. REQUIRES: the body names a model.
void rename_model(json::Edit& edit, const RequestFacts& facts, std::string_view upstream_name,
                  Arena& arena);

// Makes an Anthropic request fit for a cloud: "anthropic_version" in place of the model, which its
// path names; `betas` (plain, not empty) as the member anthropic_beta. REQUIRES: the body names a
// model.
enum class StreamMember : std::uint8_t { kKeep, kRemove };
void fit_for_cloud(json::Edit& edit, std::string_view body, const RequestFacts& facts,
                   std::string_view anthropic_version, StreamMember stream,
                   std::span<const std::string_view> betas, Arena& arena);

}  // namespace tidegate::llm
