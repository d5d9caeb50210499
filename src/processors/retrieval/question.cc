#include "processors/retrieval/question.h"

#include <vector>

#include "base/utf8.h"

namespace tidegate::processors::retrieval {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::string_view cut_front(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && is_continuation(text[most])) --most;
  return text.substr(0, most);
}

std::string_view cut_back(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t from = text.size() - most;
  while (from < text.size() && is_continuation(text[from])) ++from;
  return text.substr(from);
}

std::string find_question(std::span<const llm::Text> texts, std::size_t messages,
                          std::size_t most) {
  std::vector<const llm::Text*> said;
  for (auto at = texts.rbegin(); at != texts.rend(); ++at) {
    if (at->channel != llm::Channel::kUser || is_blank(at->plain)) continue;
    const bool is_other = said.empty() || said.back()->message != at->message;
    if (is_other && messages-- == 0) break;
    said.push_back(&*at);
  }
  std::string out;
  for (auto at = said.rbegin(); at != said.rend(); ++at) {
    if (!out.empty()) out += '\n';
    out += (*at)->plain;
  }
  if (out.size() <= most) return out;
  std::string ends(cut_front(out, most / 2));
  ends += '\n';
  ends += cut_back(out, most / 2 - 1);
  return ends;
}

}  // namespace tidegate::processors::retrieval
