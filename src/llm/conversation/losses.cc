#include "llm/conversation/losses.h"

#include <algorithm>

namespace tidegate::llm {
namespace {

constexpr std::size_t kMaxTextBytes = 1024;

}  // namespace

void Losses::add(std::string_view path) {
  if (fields_.size() > kMaxFields || std::ranges::find(fields_, path) != fields_.end()) return;
  fields_.emplace_back(fields_.size() == kMaxFields ? "..." : path);
}

std::string Losses::to_string() const {
  std::string text;
  for (const std::string& field : fields_) {
    if (text.size() + field.size() + 2 > kMaxTextBytes) {
      text += ", ...";
      break;
    }
    if (!text.empty()) text += ", ";
    for (const char c : field) text += c < 0x21 || c > 0x7e || c == ',' ? '_' : c;
  }
  return text;
}

}  // namespace tidegate::llm
