// Any bytes as the answer of a retriever or of an embeddings backend: passages within their bounds,
// a field of a response that is visible ASCII, a vector that is JSON.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/check.h"
#include "json/scan.h"
#include "processors/embeddings_call.h"
#include "processors/retrieval/config.h"
#include "processors/retrieval/context.h"

namespace {

using namespace tidegate;
using namespace tidegate::processors::retrieval;

const std::vector<Config>& configs() {
  static const std::vector<Config> all = [] {
    std::vector<Config> made;
    for (const auto* retriever :
         {R"({"type":"OpenAIVectorStore","vectorStore":"v"})",
          R"({"type":"Qdrant","collection":"c","fields":{"source":"/a/b"}})",
          R"({"type":"OpenSearch","index":"i"})",
          R"({"type":"Json","path":"/","body":{},"results":"","text":"","score":"/0"})"}) {
      const std::string text =
          R"({"select":{"maxTokens":100},"retriever":)" + std::string(retriever) + "}";
      TIDEGATE_CHECK(read(text, made.emplace_back()).empty());
    }
    return made;
  }();
  return all;
}

void check_context(const Config& config, std::string_view body) {
  Arena arena;
  const auto found = parse_passages(config.backend->layout, body, arena);
  if (!found) return;
  TIDEGATE_CHECK(found->size() <= kMaxResults);
  const auto context = build_context(config, nullptr, *found, arena);
  TIDEGATE_CHECK(context.has_value() && context->used.size() <= config.count);
  TIDEGATE_CHECK(context->used.empty() == context->text.empty());
  for (const char c : format_citations(context->used)) TIDEGATE_CHECK(c >= ' ' && c <= '~');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  for (const Config& config : configs()) check_context(config, body);
  if (const auto vector = processors::parse_embedding(body)) {
    TIDEGATE_CHECK(json::validate(*vector, Origin::kUpstream).has_value());
  }
  constexpr std::size_t kAsked = 2;
  if (const auto vectors = processors::parse_embeddings(body, kAsked)) {
    TIDEGATE_CHECK(vectors->size() == kAsked && !vectors->front().empty());
    TIDEGATE_CHECK(vectors->front().size() == vectors->back().size());
  }
  return 0;
}
