// Any valid JSON as a request or reply of embeddings or reranking: read or refused with a reason;
// what was read is written as valid JSON for everybody.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/scan.h"
#include "llm/embed/reply.h"
#include "llm/embed/request.h"
#include "llm/embed/rerank.h"

namespace {

using namespace tidegate;
using namespace tidegate::llm;

void require(bool condition) {
  if (!condition) std::abort();
}

constexpr EmbedFormat kFormats[] = {EmbedFormat::kOpenAi, EmbedFormat::kCohere,
                                    EmbedFormat::kGemini, EmbedFormat::kTitan,
                                    EmbedFormat::kBedrockCohere};

void check_request(const Result<EmbedRequest>& request, std::string_view body, Arena& arena) {
  if (!request) return require(!request.error().detail.empty());
  for (const auto format : kFormats) {
    std::string out;
    Losses losses;
    if (!write_embed_request(*request, format, "m", out, losses)) continue;
    require(json::validate(out, Origin::kInternal).has_value());
  }
  for (const auto format : kFormats) {
    const auto reply = read_embed_reply(format, body, arena);
    if (!reply) continue;
    for (const auto dialect : {Dialect::kOpenAi, Dialect::kCohere, Dialect::kGemini}) {
      std::string out;
      EmbedCaller caller;
      caller.dialect = dialect;
      if (!write_embed_reply(*reply, *request, caller, out)) continue;
      require(json::validate(out, Origin::kInternal).has_value());
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto object = json::validate(text, Origin::kDownstream);
  if (!object) return 0;
  const auto body = object->of(text);
  Arena arena;
  check_request(read_openai_embed_request(body, arena), body, arena);
  check_request(read_cohere_embed_request(body, arena), body, arena);
  check_request(read_gemini_embed_request(body), body, arena);
  const auto rerank = read_rerank_request(body, arena);
  if (!rerank) return 0;
  std::string out;
  Losses losses;
  write_rerank_request(*rerank, RerankFormat::kBedrockCohere, "m", out, losses);
  require(json::validate(out, Origin::kInternal).has_value());
  const auto reply = read_rerank_reply(body, rerank->documents.size(), arena);
  if (!reply) return 0;
  out.clear();
  write_rerank_reply(*reply, *rerank, "id", out);
  require(json::validate(out, Origin::kInternal).has_value());
  return 0;
}
