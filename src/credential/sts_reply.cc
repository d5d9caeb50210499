#include "credential/sts_reply.h"

#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "credential/timestamp.h"
#include "credential/token_reply.h"
#include "json/cursor.h"
#include "json/scan.h"

namespace tidegate::credential {
namespace {

constexpr std::uint64_t kMaxEpochSeconds = 9'000'000'000;

std::unexpected<Error> missing(std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream,
              std::string("STS: ").append(what).append(" is missing or unusable"));
}

// What stands between <name> (attributes are skipped) and the next </name>.
std::optional<std::string_view> find_element(std::string_view xml, std::string_view name) {
  for (std::size_t at = 0; (at = xml.find('<', at)) != std::string_view::npos; ++at) {
    const std::string_view tag = xml.substr(at + 1);
    if (!tag.starts_with(name) || tag.size() == name.size()) continue;
    const char behind = tag[name.size()];
    if (behind != '>' && behind != ' ') continue;
    const auto open_end = tag.find('>');
    if (open_end == std::string_view::npos || tag[open_end - 1] == '/') continue;
    const std::string_view content = tag.substr(open_end + 1);
    const std::string closing = std::string("</").append(name).append(">");
    const auto end = content.find(closing);
    if (end == std::string_view::npos) return std::nullopt;
    return content.substr(0, end);
  }
  return std::nullopt;
}

// The five entities of XML; others make the text unusable, as would an element inside.
std::optional<std::string> text_of(std::string_view content) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string text;
  while (!content.empty()) {
    if (content.front() == '<') return std::nullopt;
    if (content.front() != '&') {
      text.push_back(content.front());
      content.remove_prefix(1);
      continue;
    }
    bool known = false;
    for (const auto& [entity, meaning] : kEntities) {
      if (!content.starts_with(entity)) continue;
      text.push_back(meaning);
      content.remove_prefix(entity.size());
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  return text;
}

Result<std::string> credential_in(std::string_view xml, std::string_view name) {
  const auto content = find_element(xml, name);
  auto text = content ? text_of(*content) : std::nullopt;
  if (!text || !is_credential_text(*text)) return missing(name);
  return std::move(*text);
}

Result<Material> parse_xml(std::string_view body) {
  const auto credentials = find_element(body, "Credentials");
  if (!credentials) return missing("Credentials");
  TIDEGATE_TRY(id, credential_in(*credentials, "AccessKeyId"));
  TIDEGATE_TRY(secret, credential_in(*credentials, "SecretAccessKey"));
  TIDEGATE_TRY(token, credential_in(*credentials, "SessionToken"));
  TIDEGATE_TRY(expires, credential_in(*credentials, "Expiration"));
  const auto time = parse_timestamp(expires);
  if (!time) return missing("Expiration");
  Material keys{Secret(std::move(secret))};
  keys.access_key_id = std::move(id);
  keys.session_token = Secret(std::move(token));
  keys.expires = time;
  return keys;
}

// The first member that is an object, or the object itself when it has that name: the outer two
// are named after the action.
std::optional<std::string_view> find_credentials(std::string_view object, int depth) {
  if (const auto found = json::find_member(object, "Credentials")) return found;
  if (depth == 0) return std::nullopt;
  json::ObjectCursor members(object);
  while (const auto member = members.next()) {
    if (!member->value.starts_with('{')) continue;
    if (const auto found = find_credentials(member->value, depth - 1)) return found;
  }
  return std::nullopt;
}

std::optional<WallTime> parse_expiration(std::string_view body, const json::Member& member,
                                         Arena& arena) {
  if (const auto text = json::find_string(body, member, arena)) return parse_timestamp(*text);
  const auto seconds = json::find_uint(body, member);
  if (!seconds || *seconds > kMaxEpochSeconds) return std::nullopt;
  return WallTime(std::chrono::seconds(*seconds));
}

Result<Material> parse_json(std::string_view body) {
  static constexpr json::Selection kMembers{"AccessKeyId", "SecretAccessKey", "SessionToken",
                                            "Expiration"};
  TIDEGATE_TRY(range, json::validate(body, Origin::kUpstream));
  const auto credentials = find_credentials(range.of(body), 2);
  if (!credentials || !credentials->starts_with('{')) return missing("Credentials");
  std::array<json::Member, 4> members;
  TIDEGATE_TRY_VOID(json::scan_object(*credentials, kMembers, members, Origin::kUpstream));
  Arena arena;
  std::array<std::string_view, 3> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto text = json::find_string(*credentials, members[i], arena);
    if (!text || !is_credential_text(*text)) return missing("a key");
    texts[i] = *text;
  }
  Material keys{Secret(std::string(texts[1]))};
  keys.access_key_id = texts[0];
  keys.session_token = Secret(std::string(texts[2]));
  keys.expires = parse_expiration(*credentials, members[3], arena);
  if (!keys.expires) return missing("Expiration");
  return keys;
}

bool is_json(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '{';
}

}  // namespace

Result<Material> parse_sts_reply(std::string_view body) {
  return is_json(body) ? parse_json(body) : parse_xml(body);
}

std::string find_sts_error_code(std::string_view body) {
  if (is_json(body)) {
    static constexpr json::Selection kMembers{"Error", "Error.Code"};
    std::array<json::Member, 2> members;
    if (!json::scan_object(body, kMembers, members, Origin::kUpstream)) return {};
    Arena arena;
    const auto code = json::find_string(body, members[1], arena);
    return code && is_error_code(*code) ? std::string(*code) : std::string();
  }
  const auto error = find_element(body, "Error");
  const auto code = error ? find_element(*error, "Code") : std::nullopt;
  return code && is_error_code(*code) ? std::string(*code) : std::string();
}

}  // namespace tidegate::credential
