#include "pii/shape.h"

#include <algorithm>

#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

// The longest block of a PEM file that is looked for the end of.
constexpr std::size_t kMaxPemBytes = 32 * 1024;
constexpr std::size_t kMaxTokenBytes = 8 * 1024;

bool is_alnum(char c) { return is_digit(c) || is_letter(c); }
bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

template <class Is>
std::size_t extend_right(std::string_view text, std::size_t at, Is is, std::size_t most) {
  const auto limit = std::min(text.size(), at + most);
  while (at < limit && is(text[at])) ++at;
  return at;
}

template <class Is>
std::size_t extend_left(std::string_view text, std::size_t at, Is is, std::size_t most) {
  const auto limit = at - std::min(at, most);
  while (at > limit && is(text[at - 1])) --at;
  return at;
}

bool is_local(char c) {
  return is_alnum(c) || is_wide(c) || std::string_view("._%+-'").contains(c);
}
bool is_host(char c) { return is_alnum(c) || is_wide(c) || c == '.' || c == '-'; }
bool is_token(char c) { return is_alnum(c) || c == '-' || c == '_'; }

Span email(std::string_view text, Span match) {
  const auto at = text.find('@', match.begin);
  Span span{extend_left(text, at, is_local, 64), extend_right(text, at + 1, is_host, 190)};
  while (span.begin < at && std::string_view(".'-%").contains(text[span.begin])) ++span.begin;
  while (span.end > at + 1 && std::string_view(".-").contains(text[span.end - 1])) --span.end;
  return span;
}

// Of the letters and digits from the match on, as many as a valid account has.
Span iban(std::string_view text, Span match, Check check) {
  auto end = match.begin;
  std::size_t count = 0;
  bool gap = false;
  Span found;
  while (end < text.size() && count < 34) {
    const char c = text[end];
    if (is_alnum(c)) {
      ++count;
      gap = false;
      const bool last = end + 1 == text.size() || !is_alnum(text[end + 1]);
      if (last && count >= 15 && check(text.substr(match.begin, end + 1 - match.begin))) {
        found = {match.begin, end + 1};
      }
    } else if (c != ' ' || gap) {
      break;
    } else {
      gap = true;
    }
    ++end;
  }
  return found;
}

// The longest run of groups of digits that is a number; others may follow it.
Span phone(std::string_view text, Span match, Check check) {
  Span found;
  std::size_t digits = 0;
  std::size_t between = 0;
  for (auto end = match.begin; end < text.size() && digits <= 17; ++end) {
    const char c = text[end];
    if (is_digit(c)) {
      ++digits;
      between = 0;
      const bool last = end + 1 == text.size() || !is_digit(text[end + 1]);
      if (last && digits >= 8 && check(text.substr(match.begin, end + 1 - match.begin))) {
        found = {match.begin, end + 1};
      }
    } else if (c != '+' && (!std::string_view(" ().-/").contains(c) || ++between > 2)) {
      break;
    }
  }
  // "x123": the extension.
  const auto extension = extend_right(text, found.end + 1, is_digit, 6);
  if (found.size() > 0 && found.end < text.size() && text[found.end] == 'x' &&
      extension > found.end + 1) {
    found.end = extension;
  }
  return found;
}

Span ipv6(std::string_view text, Span match) {
  const auto is = [](char c) { return (base36(c) >= 0 && base36(c) < 16) || c == ':' || c == '.'; };
  Span span{extend_left(text, match.begin, is, 46), extend_right(text, match.end, is, 46)};
  while (span.end > match.begin && text[span.end - 1] == '.') --span.end;
  if (span.size() > 2 && text[span.end - 1] == ':' && text[span.end - 2] != ':') --span.end;
  return span;
}

Span url(std::string_view text, Span match) {
  const auto is_scheme = [](char c) { return is_alnum(c) || c == '+' || c == '.' || c == '-'; };
  return {extend_left(text, match.begin, is_scheme, 24),
          extend_right(text, match.end, [](char c) { return is_host(c) || c == ':'; }, 260)};
}

Span pem(std::string_view text, Span match) {
  const auto end = text.substr(0, match.end + kMaxPemBytes).find("-----END ", match.end);
  if (end == text.npos) return {match.begin, std::min(text.size(), match.end + kMaxPemBytes)};
  const auto close = text.find("-----", end + 9);
  return {match.begin, close == text.npos ? text.size() : close + 5};
}

Span assigned(std::string_view text, Span match) {
  const auto is_value = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && !std::string_view("\"';,<>)}").contains(c);
  };
  return {match.begin, extend_right(text, match.end, is_value, kMaxTokenBytes)};
}

}  // namespace

Span take_shape(std::string_view text, Span match, const Rule& rule) {
  switch (rule.shape) {
    case Shape::kExact:
      return match;
    case Shape::kEmail:
      return email(text, match);
    case Shape::kIban:
      return iban(text, match, rule.check);
    case Shape::kPhone:
      return phone(text, match, rule.check);
    case Shape::kIpv6:
      return ipv6(text, match);
    case Shape::kUrl:
      return url(text, match);
    case Shape::kToken:
      return {match.begin, extend_right(text, match.end, is_token, kMaxTokenBytes)};
    case Shape::kDotted:
      return {match.begin,
              extend_right(
                  text, match.end, [](char c) { return is_token(c) || c == '.'; }, kMaxTokenBytes)};
    case Shape::kPem:
      return pem(text, match);
    case Shape::kAssigned:
      return assigned(text, match);
  }
  return {};
}

}  // namespace tidegate::pii
