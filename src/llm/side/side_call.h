// A call beside the conversations (embeddings, reranking, counting tokens) on its way to a provider
// that takes it in another format, and its answer on the way back.
//
//   read()  ->  write()  ->  the provider  ->  translate()
// The formats themselves: embed/ and count/.   Thread: one owner; views live as long as the body
// that was read, and the arena.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/arena.h"
#include "base/error.h"
#include "llm/call.h"
#include "llm/count/count_request.h"
#include "llm/embed/paths.h"
#include "llm/provider.h"
#include "llm/usage.h"

namespace tidegate::llm {

class SideCall {
 public:
  // Whether `provider` takes such a call of `model` in another format than the caller's, or not at
  // all: read(), then write() tell which. False for what is no call of this kind.
  static bool crosses(const Provider& provider, Call call, std::string_view model);

  // Reads the caller's request, whose body was validated. Errors: kMalformed or kUnsupported,
  // origin downstream, naming the member.
  static Result<SideCall> read(Call call, std::string_view body, const PathFacts& path,
                               Arena& arena);

  struct Request {
    std::string_view path;    // a template (fill_path)
    bool behind_base = true;  // of the provider; false: it is the whole path
    std::string body;
    Losses losses;
  };
  // The provider's request; empty: it has no such call. Errors: kUnsupported, origin downstream.
  Result<std::optional<Request>> write(const Provider& provider, const Target& target);

  struct Answer {
    std::string body;
    std::optional<Usage> usage;
  };
  // The caller's answer of the provider's. REQUIRES: write() gave a request. `model`: as the caller
  // named it. Errors: kMalformed, origin upstream.
  Result<Answer> translate(std::string_view body, std::string_view model,
                           std::string_view fallback_id, Arena& arena) const;

  // An answer without any provider, about right; empty where there can be none.
  std::optional<std::string> estimate() const;

 private:
  explicit SideCall(Call call) : call_(call) {}
  Result<std::optional<Request>> write_embed(const Provider& provider, const Target& target);
  Result<std::optional<Request>> write_rerank(const Provider& provider, const Target& target);
  Result<std::optional<Request>> write_count(const Provider& provider, const Target& target);

  Call call_;
  std::variant<EmbedRequest, RerankRequest, Conversation> request_;
  std::variant<EmbedFormat, RerankFormat, CountFormat> format_;  // of the provider
};

}  // namespace tidegate::llm
