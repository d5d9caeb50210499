// The key of a request: everything that its answer depends on.   Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cache/key.h"
#include "cache/wording.h"
#include "llm/text/text.h"
#include "pipeline/processor.h"
#include "processors/response_cache/config.h"

namespace tidegate::processors::response_cache {

// Whether replies of that operation are kept at all: conversations, embeddings, reranking.
bool is_kept(llm::Operation operation);

// In the key: the policy, the route and its rule, the backend (of pipelines of a backend), the
// dialect and operation, what the path and the query say beside the stream, the fields that choose
// a version or an account, the values of config.partition_by, the model, and the body, but for
// whether it asks for a stream. Returns: empty where the answer depends on what cannot be seen
// (several choices, state that the
//          provider keeps, a body that is too large or too deep).
// REQUIRES: message.call, message.facts and a payload that was checked.
std::optional<cache::Key> make_key(const pipeline::Message& message, std::uint64_t policy,
                                   const Config& config);

// The last thing that a user says, and the key of all requests that are the same but for its
// wording: all other turns count as in make_key(). Empty where its wording cannot be compared, or
// the answer is no conversation's.
struct Question {
  cache::Key key;
  cache::Wording wording;
};
std::optional<Question> make_question(const pipeline::Message& message, std::uint64_t policy,
                                      const Config& config, const cache::Synonyms& synonyms,
                                      std::span<const llm::Text> texts);

}  // namespace tidegate::processors::response_cache
