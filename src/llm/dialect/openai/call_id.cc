#include "llm/dialect/openai/call_id.h"

#include <fmt/format.h>

#include "llm/conversation/thought_signature.h"

namespace tidegate::llm::openai {
namespace {

constexpr std::size_t kHashBytes = 17;  // "_" and 16 digits

// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return value;
}

}  // namespace

json::EscapedText fit_call_id(json::EscapedText id, std::size_t max, Arena& arena) {
  const auto plain = split_signature(id, arena).id;
  if (plain.bytes.size() <= max) return plain;
  auto start = plain.bytes.substr(0, max - kHashBytes);
  // Half an escape, or half a character, is no text.
  while (!start.empty() && (start.back() == '\\' || (start.back() & 0x80) != 0)) {
    start.remove_suffix(1);
  }
  const auto escape = start.rfind('\\');
  if (escape != start.npos) start = start.substr(0, escape);
  return {arena.copy(fmt::format("{}_{:016x}", start, hash(plain.bytes)))};
}

json::EscapedText make_call_id(std::string_view reply_id, std::uint64_t number, Arena& arena) {
  return {arena.copy(fmt::format("call_{:016x}_{}", hash(reply_id), number))};
}

}  // namespace tidegate::llm::openai
