#include "llm/dialect/gemini/call_ids.h"

#include <fmt/format.h>

#include "llm/conversation/thought_signature.h"
#include "llm/dialect/gemini/fields.h"

namespace tidegate::llm::gemini {
namespace {

constexpr std::string_view kGivenPrefix = "gcall_";
constexpr std::size_t kMaxGivenBytes = 128;

// FNV-1a, 64 bits; ids are told apart by it, not kept secret.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0);  // so that "ab","c" is not "a","bc"
  }
  std::uint64_t value() const { return value_; }

 private:
  void step(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

bool may_stand_in_an_id(std::string_view text) {
  if (text.empty() || text.size() > kMaxGivenBytes) return false;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain && c != '-' && c != '_') return false;
  }
  return true;
}

}  // namespace

EscapedText make_call_id(const ReplyKey& key, std::uint32_t number, std::string_view function_call,
                         EscapedText signature, Arena& arena) {
  const auto given = find_text(function_call, "id");
  if (may_stand_in_an_id(given)) {
    return add_signature({arena.concat({kGivenPrefix, given})}, signature, arena);
  }
  Hash hash;
  hash.add(key.exchange);
  hash.add(key.response);
  hash.add(function_call);
  return add_signature({arena.copy(fmt::format("call_{:016x}{:x}", hash.value(), number))},
                       signature, arena);
}

std::string_view find_given_id(EscapedText id) {
  if (!id.bytes.starts_with(kGivenPrefix)) return {};
  return id.bytes.substr(kGivenPrefix.size());
}

EscapedText CallHistory::new_id() { return {arena_.copy(fmt::format("call_{}", ++count_))}; }

EscapedText CallHistory::add_call(EscapedText given, EscapedText name) {
  const auto id = given.empty() ? new_id() : given;
  calls_.push_back({id, name});
  return id;
}

EscapedText CallHistory::answer(EscapedText given, EscapedText name) {
  for (auto& call : calls_) {
    const bool matches = given.empty() ? call.name == name : call.id == given;
    if (call.answered || !matches) continue;
    call.answered = true;
    return call.id;
  }
  return given.empty() ? new_id() : given;
}

}  // namespace tidegate::llm::gemini
