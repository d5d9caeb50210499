#include "decode/scalars.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "decode/spelling.h"
#include "resource/duration.h"

namespace tidegate::decode {
namespace {

constexpr std::size_t kMaxShown = 64;  // bytes of an offending text in a message

std::string quoted(std::string_view text) {
  if (text.size() <= kMaxShown) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}...\"", text.substr(0, kMaxShown));
}

// Takes a number of exactly `digits` digits and the character after it off the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, std::string_view next, int& out) {
  if (text.size() < digits) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + digits, out);
  if (error != std::errc{} || stop != text.data() + digits) return false;
  text.remove_prefix(digits);
  if (next.empty()) return true;
  if (text.empty() || next.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+02:00": the offset in minutes.
bool take_offset(std::string_view text, int& minutes) {
  minutes = 0;
  if (text == "Z" || text == "z") return true;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hour = 0;
  int minute = 0;
  if (!take_number(text, 2, ":", hour) || !take_number(text, 2, "", minute) || !text.empty())
    return false;
  minutes = sign * (hour * 60 + minute);
  return hour < 24 && minute < 60;
}

bool parse_timestamp(std::string_view text, std::int64_t& out) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  if (!take_number(text, 4, "-", year) || !take_number(text, 2, "-", month) ||
      !take_number(text, 2, "Tt", day) || !take_number(text, 2, ":", hour) ||
      !take_number(text, 2, ":", minute) || !take_number(text, 2, "", second)) {
    return false;
  }
  if (text.starts_with('.'))
    text.remove_prefix(std::min(text.find_first_not_of("0123456789", 1), text.size()));
  if (!take_offset(text, offset)) return false;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return false;
  const auto days = std::chrono::sys_days(date).time_since_epoch();
  out = std::chrono::seconds(days).count() + (hour * 60 + minute - offset) * 60 + second;
  return true;
}

}  // namespace

bool Text::check(const Node& node) const {
  if (!node.is(yaml::Kind::kString)) return false;
  const auto text = node.value.text();
  if (text.size() < min) {
    node.fail(min == 1 ? "must not be empty" : fmt::format("must have at least {} bytes", min));
    return false;
  }
  if (text.size() > max) {
    node.fail(fmt::format("must have at most {} bytes, not {}", max, text.size()));
    return false;
  }
  if (valid == nullptr || valid(text)) return true;
  node.fail(fmt::format("must {}, not {}", must, quoted(text)));
  return false;
}

void Text::operator()(const Node& node, std::string& out) const {
  if (check(node)) out = node.value.text();
}

bool read_int(const Node& node, std::int64_t min, std::int64_t max, std::int64_t& out) {
  if (!node.is(yaml::Kind::kInt)) return false;
  const auto number = node.value.as_int();
  if (!number || *number < min || *number > max) {
    node.fail(fmt::format("must be {}..{}, not {}", min, max, node.value.text()));
    return false;
  }
  out = *number;
  return true;
}

void report_choice(const Node& node, std::span<const std::string_view> words) {
  const auto similar = find_similar(node.value.text(), words);
  node.fail(fmt::format("must be one of {}, not {}{}", fmt::join(words, ", "),
                        quoted(node.value.text()),
                        similar ? fmt::format("; did you mean \"{}\"?", *similar) : ""));
}

void Word::operator()(const Node& node, std::string& out) const {
  if (!node.is(yaml::Kind::kString)) return;
  if (std::ranges::find(words, node.value.text()) == words.end()) {
    report_choice(node, words);
  } else {
    out = node.value.text();
  }
}

void read_bool(const Node& node, bool& out) {
  if (node.is(yaml::Kind::kBool)) out = *node.value.as_bool();
}

void Number::operator()(const Node& node, double& out) const {
  const bool whole = node.value.kind() == yaml::Kind::kInt;
  if (!whole && !node.is(yaml::Kind::kFloat)) return;
  const auto number = node.value.as_double();
  if (!number || *number < min || *number > max) {
    node.fail(fmt::format("must be {}..{}, not {}", min, max, node.value.text()));
  } else {
    out = *number;
  }
}

void read_duration(const Node& node, std::chrono::milliseconds& out) {
  if (!node.is(yaml::Kind::kString)) return;
  if (const auto parsed = resource::parse_duration(node.value.text())) {
    out = *parsed;
  } else {
    node.fail(fmt::format("must be a duration such as 10s, 500ms or 1h30m, not {}",
                          quoted(node.value.text())));
  }
}

void read_fine_duration(const Node& node, std::chrono::microseconds& out) {
  if (!node.is(yaml::Kind::kString)) return;
  const auto text = node.value.text();
  if (text.ends_with("us")) {
    std::int64_t count = 0;
    const char* end = text.data() + text.size() - 2;
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error == std::errc{} && stop == end && count >= 0) {
      out = std::chrono::microseconds(count);
      return;
    }
  } else if (const auto parsed = resource::parse_duration(text)) {
    out = *parsed;
    return;
  }
  node.fail(fmt::format("must be a duration such as 250us, 20ms or 1s, not {}", quoted(text)));
}

void read_timestamp(const Node& node, std::int64_t& out) {
  if (!node.is(yaml::Kind::kString)) return;
  if (!parse_timestamp(node.value.text(), out)) {
    node.fail(fmt::format("must be a time such as 2026-01-31T12:00:00Z, not {}",
                          quoted(node.value.text())));
  }
}

void Strings::operator()(const Node& node, resource::StringMap& out) const {
  if (!node.is(yaml::Kind::kMap)) return;
  const auto entries = node.value.entries();
  if (entries.size() > max)
    node.fail(fmt::format("must have at most {} entries, not {}", max, entries.size()));
  out.reserve(entries.size());
  for (const auto& entry : entries) {
    const Path path{&node.path, entry.key.text()};
    std::string name;
    std::string text;
    key(Node{entry.key, path, node.reporter}, name);
    value(Node{entry.value, path, node.reporter}, text);
    out.emplace_back(std::move(name), std::move(text));
  }
}

}  // namespace tidegate::decode
