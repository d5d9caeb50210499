// What a request could not take along from one dialect into another. Never silent: the proxy
// reports it in x-tidegate-translation-loss and in the access log, or refuses the request where the
// Backend says `strict`.   Thread: one owner.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::llm {

// A picture or a sound that a model made, where the caller's dialect shows none.
inline constexpr std::string_view kLostMedia = "reply.media";

class Losses {
 public:
  static constexpr std::size_t kMaxFields = 64;  // more are told as "..."

  // Notes a field by its path as the *caller* wrote it: "logit_bias",
  // "messages[2].content[0].detail". The same path counts once.
  void add(std::string_view path);

  bool empty() const { return fields_.empty(); }
  std::span<const std::string> fields() const { return fields_; }
  // "logit_bias, seed": for a header and the log. At most 1,024 bytes; no byte that a header
  // forbids.
  std::string to_string() const;

 private:
  std::vector<std::string> fields_;
};

}  // namespace tidegate::llm
