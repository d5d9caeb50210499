#include "llm/conversation/plain_line.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "json/text.h"

namespace tidegate::llm {
namespace {

constexpr std::size_t kMaxPageBytes = 64 * 1024;  // of a page that is looked at

bool is_space_or_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7f;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::size_t find_letters(std::string_view text, std::string_view word, std::size_t from) {
  for (auto at = from; at + word.size() <= text.size(); ++at) {
    if (same_letters(text.substr(at, word.size()), word)) return at;
  }
  return text.npos;
}

// What stands between <name ...> and </name>; empty where there is none.
std::string_view element(std::string_view page, std::string_view open, std::string_view close) {
  const auto tag = find_letters(page, open, 0);
  if (tag == page.npos) return {};
  const auto begin = page.find('>', tag);
  if (begin == page.npos) return {};
  const auto end = find_letters(page, close, begin);
  return page.substr(begin + 1, end == page.npos ? page.npos : end - begin - 1);
}

struct Entity {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kEntities{Entity{"&amp;", "&"},   Entity{"&lt;", "<"},  Entity{"&gt;", ">"},
                               Entity{"&quot;", "\""}, Entity{"&#39;", "'"}, Entity{"&nbsp;", " "}};

// Appends the character reference at the start of `text`; returns its length, 1 for a bare '&'.
std::size_t append_entity(std::string_view text, std::string& out) {
  for (const auto& entity : kEntities) {
    if (!text.starts_with(entity.name)) continue;
    out += entity.text;
    return entity.name.size();
  }
  out += '&';
  return 1;
}

std::string without_tags(std::string_view html) {
  std::string out;
  std::size_t at = 0;
  while (at < html.size()) {
    if (html[at] == '&') {
      at += append_entity(html.substr(at), out);
    } else if (html[at] != '<') {
      out += html[at++];
    } else {
      std::string_view until = ">";
      if (html.substr(at).starts_with("<!--")) until = "-->";
      if (find_letters(html.substr(at, 7), "<style", 0) == 0) until = "</style>";
      if (find_letters(html.substr(at, 8), "<script", 0) == 0) until = "</script>";
      const auto end = find_letters(html, until, at);
      at = end == html.npos ? html.size() : end + until.size();
      out += ' ';
    }
  }
  return out;
}

constexpr std::array<std::string_view, 11> kKeyPrefixes{
    "sk-", "sk_", "AIza", "ya29.", "AKIA", "ASIA", "xai-", "gsk_", "hf_", "r8_", "pplx-"};
constexpr std::size_t kMinKeyBytes = 12;  // shorter words are no keys

bool is_key_char(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' ||
         c == '_' || c == '.' || c == '*' || c == '+' || c == '/';
}

bool is_key(std::string_view word) {
  if (word.size() < kMinKeyBytes) return false;
  return std::ranges::any_of(kKeyPrefixes,
                             [&](std::string_view prefix) { return word.starts_with(prefix); });
}

}  // namespace

std::string plain_line(std::string_view text) {
  std::string line;
  bool space = false;
  for (const char c : text.substr(0, kMaxPageBytes)) {
    if (is_space_or_control(c)) {
      space = !line.empty();
      continue;
    }
    if (space) line += ' ';
    space = false;
    line += c;
  }
  return line;
}

std::string html_line(std::string_view page) {
  page = page.substr(0, kMaxPageBytes);
  for (const auto part : {element(page, "<title", "</title"), element(page, "<h1", "</h1")}) {
    auto line = plain_line(without_tags(part));
    if (!line.empty()) return line;
  }
  return plain_line(without_tags(page));
}

std::string clean_text(std::string_view text, std::size_t max_bytes) {
  std::string out(text.substr(0, max_bytes));
  for (std::size_t at = json::find_invalid_utf8(out); at < out.size();) {
    // A character that the cut went through stands at the very end and just goes.
    if (text.size() > max_bytes && out.size() - at < 4 && (out[at] & 0xc0) == 0xc0) {
      out.resize(at);
      break;
    }
    out[at] = '?';
    at += 1 + json::find_invalid_utf8(std::string_view(out).substr(at + 1));
  }
  for (char& c : out) {
    if (is_space_or_control(c) && c != '\n' && c != '\t') c = ' ';
  }
  return out;
}

std::string redact_credentials(std::string_view text) {
  std::string out;
  bool bearer = false;
  while (!text.empty()) {
    const auto end =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_key_char) - text.begin());
    auto word = text.substr(0, end);
    // The full stop of the sentence is not part of the key.
    while (word.ends_with('.')) word.remove_suffix(1);
    const bool secret = is_key(word) || (bearer && word.size() >= kMinKeyBytes);
    out += secret ? std::string_view("[redacted]") : word;
    bearer = same_letters(word, "bearer");
    text.remove_prefix(word.size());
    const auto next = static_cast<std::size_t>(
        std::ranges::find_if(text, [](char c) { return is_key_char(c) && c != '.'; }) -
        text.begin());
    bearer = bearer && text.substr(0, next) == " ";
    out += text.substr(0, next);
    text.remove_prefix(next);
  }
  return out;
}

}  // namespace tidegate::llm
