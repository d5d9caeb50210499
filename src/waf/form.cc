#include "waf/form.h"

#include <algorithm>

#include "base/ascii.h"

namespace tidegate::waf {

std::string_view decode_percent(std::string_view text, Plus plus, Arena& arena, bool& broken) {
  const auto escaped = [plus](char c) { return c == '%' || (c == '+' && plus == Plus::kBlank); };
  if (std::ranges::none_of(text, escaped)) return text;
  auto* const out = static_cast<char*>(arena.allocate(text.size(), 1));
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '+' && plus == Plus::kBlank) c = ' ';
    if (c == '%') {
      const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
      const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
      if (low >= 0) {
        c = static_cast<char>(high * 16 + low);
        at += 2;
      } else {
        broken = true;
      }
    }
    out[size++] = c;
  }
  return {out, size};
}

void read_form(std::string_view text, guard::Channel channel, Arena& arena, Parts& out) {
  bool broken = false;
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = decode_percent(pair.substr(0, equals), Plus::kBlank, arena, broken);
    out.add(guard::Channel::kName, name, name);
    if (equals == pair.npos) continue;
    out.add(channel, name, decode_percent(pair.substr(equals + 1), Plus::kBlank, arena, broken));
  }
  if (broken) out.add(Flaw::kBrokenEscape);
}

}  // namespace tidegate::waf
