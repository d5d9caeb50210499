#include "credential/profile_file.h"

#include <fmt/format.h>

#include <string>

#include "credential/token_reply.h"
#include "http/header_map.h"

namespace tidegate::credential {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view section_name(std::string_view line) {
  const auto end = line.find(']');
  if (end == line.npos) return {};
  std::string_view name = trim(line.substr(1, end - 1));
  constexpr std::string_view kPrefix = "profile";
  if (name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
      (name[kPrefix.size()] == ' ' || name[kPrefix.size()] == '\t')) {
    name = trim(name.substr(kPrefix.size()));
  }
  return name;
}

// " #" and " ;" begin a comment behind a value.
std::string_view without_comment(std::string_view value) {
  for (const std::string_view mark : {" #", " ;", "\t#", "\t;"}) {
    value = value.substr(0, value.find(mark));
  }
  return trim(value);
}

std::unexpected<Error> unusable(std::string_view profile, std::string_view what) {
  return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
              fmt::format("AWS profile \"{}\": {}", profile, what));
}

struct Found {
  std::string_view id;
  std::string_view secret;
  std::string_view token;
  bool section = false;
};

void take_setting(std::string_view line, Found& found) {
  const auto equals = line.find('=');
  if (equals == line.npos) return;
  const std::string_view name = trim(line.substr(0, equals));
  const std::string_view value = without_comment(line.substr(equals + 1));
  if (http::iequals(name, "aws_access_key_id")) found.id = value;
  if (http::iequals(name, "aws_secret_access_key")) found.secret = value;
  if (http::iequals(name, "aws_session_token")) found.token = value;
}

}  // namespace

Result<Material> parse_profile(std::string_view file, std::string_view profile) {
  Found found;
  bool inside = false;
  while (!file.empty()) {
    const auto end = file.find('\n');
    const std::string_view line = file.substr(0, end);
    file.remove_prefix(end == file.npos ? file.size() : end + 1);
    // Indented lines belong to nested settings.
    if (line.empty() || line.front() == ' ' || line.front() == '\t') continue;
    if (line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = section_name(line) == profile;
      found.section = found.section || inside;
    } else if (inside) {
      take_setting(line, found);
    }
  }
  if (!found.section) return unusable(profile, "not in the file");
  if (!is_credential_text(found.id)) return unusable(profile, "no usable aws_access_key_id");
  if (!is_credential_text(found.secret))
    return unusable(profile, "no usable aws_secret_access_key");
  if (!found.token.empty() && !is_credential_text(found.token)) {
    return unusable(profile, "aws_session_token is unusable");
  }
  Material keys{Secret(std::string(found.secret))};
  keys.access_key_id = found.id;
  keys.session_token = Secret(std::string(found.token));
  return keys;
}

}  // namespace tidegate::credential
