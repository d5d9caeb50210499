#include "pipeline/named_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace tidegate::pipeline {
namespace {

constexpr std::size_t kMaxNameBytes = 64;

// Letters, digits and "+-_" in parts between slashes: nothing that leads out of the folder.
bool may_be_zone(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name.front() == '/' || name.back() == '/') {
    return false;
  }
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '+' || c == '-';
  });
}

// What cel needs no data for: "UTC", "+02:00", "-05:30", "02:00".
bool needs_no_data(std::string_view name) {
  const bool digits = std::ranges::all_of(
      name, [](char c) { return (c >= '0' && c <= '9') || c == ':' || c == '+' || c == '-'; });
  return digits || name == "UTC" || name == "GMT" || name == "Z";
}

std::optional<cel::ZoneData> read_zone(std::string_view name) {
  const char* folder = std::getenv("TZDIR");
  const std::string path =
      fmt::format("{}/{}", folder != nullptr ? folder : "/usr/share/zoneinfo", name);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return cel::ZoneData::parse(bytes);
}

// Whether what stands before a literal is the call of a getter of times: ".getHours(".
bool follows_getter(std::string_view before) {
  const auto trim = [&before] {
    while (before.ends_with(' ')) before.remove_suffix(1);
  };
  trim();
  if (!before.ends_with('(')) return false;
  before.remove_suffix(1);
  trim();
  const auto dot = before.rfind('.');
  if (dot == before.npos) return false;
  constexpr std::string_view kGetters[] = {
      "getFullYear",  "getMonth", "getDate",    "getDayOfMonth", "getDayOfWeek",
      "getDayOfYear", "getHours", "getMinutes", "getSeconds",    "getMilliseconds"};
  return std::ranges::find(kGetters, before.substr(dot + 1)) != std::end(kGetters);
}

}  // namespace

Result<NamedZones> NamedZones::load_for(std::string_view expression) {
  NamedZones zones;
  std::size_t begin = 0;
  while ((begin = expression.find_first_of("\"'", begin)) != expression.npos) {
    const std::size_t end = expression.find(expression[begin], begin + 1);
    if (end == expression.npos) break;
    const std::string_view name = expression.substr(begin + 1, end - begin - 1);
    const bool wanted = follows_getter(expression.substr(0, begin));
    begin = end + 1;
    if (needs_no_data(name)) continue;
    auto data = may_be_zone(name) ? read_zone(name) : std::nullopt;
    if (data) {
      zones.by_name_.insert_or_assign(std::string(name), std::move(*data));
    } else if (wanted) {
      return fail(
          ErrorCode::kInvalidConfig, Origin::kInternal,
          fmt::format("1:{}: there is no time zone \"{}\" in the system's data", begin, name));
    }
  }
  return zones;
}

std::optional<std::int64_t> NamedZones::find_offset(std::string_view name,
                                                    std::int64_t utc_seconds) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second.find_offset(utc_seconds);
}

}  // namespace tidegate::pipeline
