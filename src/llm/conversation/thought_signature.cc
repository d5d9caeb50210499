#include "llm/conversation/thought_signature.h"

#include <array>
#include <string>

#include "base/base64.h"
#include "json/cursor.h"
#include "json/text.h"

namespace tidegate::llm {
namespace {

// Behind an id: the mark, how the signature was encoded, and the signature.
constexpr std::string_view kMark = "__sig";
constexpr char kStandardBase64 = '0';  // + and / stand as - and _; padding is left out
constexpr char kAsItIs = '1';          // characters of an id already
constexpr char kEncoded = '2';         // any other text, in base64url

constexpr std::string_view kGoogle = "google.";
constexpr std::string_view kWrapped = "tidegate:";
constexpr std::array kKinds = {'s', 'r', 'e'};  // in the order of ForeignThought::Kind

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_id(std::string_view text) {
  for (const char c : text) {
    if (!is_letter_or_digit(c) && c != '-' && c != '_') return false;
  }
  return true;
}

// Whether the text comes back from its digits alone.
bool is_standard_base64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  const auto digits = text.substr(0, text.find_last_not_of('=') + 1);
  for (const char c : digits) {
    if (!is_letter_or_digit(c) && c != '+' && c != '/') return false;
  }
  return digits.size() % 4 != 1 && text.size() - digits.size() <= 2;
}

void append_signature(std::string& out, std::string_view signature) {
  if (is_id(signature)) {
    out += kAsItIs;
    out += signature;
  } else if (is_standard_base64(signature)) {
    out += kStandardBase64;
    for (const char c : signature.substr(0, signature.find_last_not_of('=') + 1)) {
      out += c == '+' ? '-' : c == '/' ? '_' : c;
    }
  } else {
    out += kEncoded;
    append_base64(out, signature, Base64::kUrl);
  }
}

std::string standard_base64(std::string_view digits) {
  std::string out;
  for (const char c : digits) out += c == '-' ? '+' : c == '_' ? '/' : c;
  while (out.size() % 4 != 0) out += '=';
  return out;
}

}  // namespace

EscapedText add_signature(EscapedText id, EscapedText signature, Arena& arena) {
  if (signature.empty()) return id;
  std::string out(id.bytes);
  out += kMark;
  append_signature(out, json::unescape(signature, arena));
  return {arena.copy(out)};
}

SignedId split_signature(EscapedText id, Arena& arena) {
  const auto mark = id.bytes.rfind(kMark);
  const auto at = mark + kMark.size();
  if (mark == id.bytes.npos || at + 1 >= id.bytes.size()) return {id, {}};
  const EscapedText plain{id.bytes.substr(0, mark)};
  const auto rest = id.bytes.substr(at + 1);
  switch (id.bytes[at]) {
    case kAsItIs:
      return {plain, {rest}};
    case kStandardBase64:
      return {plain, {arena.copy(standard_base64(rest))}};
    case kEncoded:
      if (const auto bytes = parse_base64(rest)) {
        return {plain, json::escape(arena.copy(*bytes), arena)};
      }
      return {id, {}};
    default:
      return {id, {}};
  }
}

EscapedText find_google_signature(std::string_view extra_content) {
  const auto google = json::find_member(extra_content, "google");
  if (!google) return {};
  const auto signature = json::find_member(*google, "thought_signature");
  return {signature ? json::unquote(*signature) : std::string_view()};
}

void write_google_signature(json::Writer& writer, EscapedText signature) {
  writer.begin_object().key("google").begin_object();
  writer.member("thought_signature", signature).end_object().end_object();
}

EscapedText mark_google(EscapedText signature, Arena& arena) {
  if (signature.empty()) return {};
  return {arena.concat({kGoogle, signature.bytes})};
}

std::optional<EscapedText> unmark_google(EscapedText signature) {
  if (!signature.bytes.starts_with(kGoogle)) return std::nullopt;
  return EscapedText{signature.bytes.substr(kGoogle.size())};
}

EscapedText wrap_thought(const ForeignThought& thought, Arena& arena) {
  std::string plain(kWrapped);
  plain += kKinds[static_cast<std::size_t>(thought.kind)];
  plain += ':';
  plain += json::unescape(thought.id, arena);
  plain += '\n';
  plain += json::unescape(thought.data, arena);
  std::string out;
  append_base64(out, plain);
  return {arena.copy(out)};
}

std::optional<ForeignThought> unwrap_thought(EscapedText signature, Arena& arena) {
  const auto bytes = parse_base64(json::unescape(signature, arena));
  if (!bytes || !bytes->starts_with(kWrapped)) return std::nullopt;
  const std::string_view text(*bytes);
  const auto line_end = text.find('\n');
  const auto id_at = kWrapped.size() + 2;
  if (line_end == text.npos || line_end < id_at) return std::nullopt;
  for (std::size_t i = 0; i < kKinds.size(); ++i) {
    if (text[kWrapped.size()] != kKinds[i]) continue;
    const auto inside = [&](std::string_view part) {
      return json::escape(arena.copy(part), arena);
    };
    return ForeignThought{static_cast<ForeignThought::Kind>(i),
                          inside(text.substr(id_at, line_end - id_at)),
                          inside(text.substr(line_end + 1))};
  }
  return std::nullopt;
}

}  // namespace tidegate::llm
