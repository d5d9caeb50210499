#include "credential/token_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "base/base64.h"
#include "credential/timestamp.h"
#include "http/header_map.h"
#include "json/scan.h"

namespace tidegate::credential {
namespace {

constexpr std::size_t kMaxTokenBytes = 64 * 1024;
// Ten years: what is longer is no lifetime.
constexpr std::uint64_t kMaxLifetimeSeconds = 315'360'000;
constexpr std::uint64_t kMaxEpochSeconds = 9'000'000'000;

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kUpstream, std::string(what));
}

template <std::size_t N>
Result<void> scan(std::string_view body, const json::Selection& selection,
                  std::array<json::Member, N>& members) {
  // The scanner says where the text is wrong, and not what stands there.
  TIDEGATE_TRY_VOID(json::scan_object(body, selection, members, Origin::kUpstream));
  return {};
}

// As a number, or as a string of digits.
std::optional<std::uint64_t> number_of(std::string_view body, const json::Member& member,
                                       Arena& arena) {
  const auto text = json::find_string(body, member, arena);
  if (!text) return json::find_uint(body, member);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

Result<Secret> credential_of(std::string_view body, const json::Member& member, Arena& arena,
                             std::string_view missing) {
  const auto text = json::find_string(body, member, arena);
  if (!text || !is_credential_text(*text)) return malformed(missing);
  return Secret(std::string(*text));
}

Result<std::optional<WallTime>> expiry_of(std::string_view body, const json::Member& member,
                                          Arena& arena) {
  if (!member.present() || member.kind == json::Kind::kNull) return std::optional<WallTime>();
  const auto text = json::find_string(body, member, arena);
  const auto time = text ? parse_timestamp(*text) : std::nullopt;
  if (!time) return malformed("the expiry is no timestamp");
  return std::optional<WallTime>(*time);
}

}  // namespace

bool is_credential_text(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_error_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

Result<Material> parse_token_reply(std::string_view body, WallTime now) {
  static constexpr json::Selection kMembers{"access_token", "token_type", "expires_in",
                                            "expires_on"};
  std::array<json::Member, 4> members;
  TIDEGATE_TRY_VOID(scan(body, kMembers, members));
  Arena arena;
  TIDEGATE_TRY(token, credential_of(body, members[0], arena, "no access_token"));
  const auto type = json::find_string(body, members[1], arena);
  // "N_A" is what RFC 8693 2.2.1 says for tokens that are no access tokens.
  if (type && !http::iequals(*type, "bearer") && !http::iequals(*type, "n_a")) {
    return malformed("the token_type is not Bearer");
  }
  Material material(std::move(token));
  const auto lifetime = number_of(body, members[2], arena);
  const auto moment = number_of(body, members[3], arena);
  if (lifetime) {
    if (*lifetime > kMaxLifetimeSeconds) return malformed("expires_in is out of range");
    material.expires = now + std::chrono::seconds(*lifetime);
  } else if (moment) {
    if (*moment > kMaxEpochSeconds) return malformed("expires_on is out of range");
    material.expires = WallTime(std::chrono::seconds(*moment));
  }
  return material;
}

Result<Material> parse_impersonation_reply(std::string_view body) {
  static constexpr json::Selection kMembers{"accessToken", "expireTime"};
  std::array<json::Member, 2> members;
  TIDEGATE_TRY_VOID(scan(body, kMembers, members));
  Arena arena;
  TIDEGATE_TRY(token, credential_of(body, members[0], arena, "no accessToken"));
  Material material(std::move(token));
  TIDEGATE_TRY(expires, expiry_of(body, members[1], arena));
  material.expires = expires;
  return material;
}

Result<Material> parse_aws_keys(std::string_view body) {
  static constexpr json::Selection kMembers{"AccessKeyId", "SecretAccessKey", "Token",
                                            "Expiration"};
  std::array<json::Member, 4> members;
  TIDEGATE_TRY_VOID(scan(body, kMembers, members));
  Arena arena;
  TIDEGATE_TRY(id, credential_of(body, members[0], arena, "no AccessKeyId"));
  TIDEGATE_TRY(secret, credential_of(body, members[1], arena, "no SecretAccessKey"));
  Material keys(std::move(secret));
  keys.access_key_id = id.reveal();
  if (members[2].is_string()) {
    TIDEGATE_TRY(token, credential_of(body, members[2], arena, "the Token is unusable"));
    keys.session_token = std::move(token);
  }
  TIDEGATE_TRY(expires, expiry_of(body, members[3], arena));
  keys.expires = expires;
  return keys;
}

std::string find_error_code(std::string_view body) {
  static constexpr json::Selection kMembers{"error", "error.status", "code"};
  std::array<json::Member, 3> members;
  if (!scan(body, kMembers, members)) return {};
  Arena arena;
  for (const json::Member& member : members) {
    const auto text = json::find_string(body, member, arena);
    if (text && is_error_code(*text)) return std::string(*text);
  }
  return {};
}

std::optional<WallTime> find_jwt_expiry(std::string_view token) {
  const auto begin = token.find('.');
  const auto end = begin == token.npos ? begin : token.find('.', begin + 1);
  if (end == token.npos) return std::nullopt;
  const auto claims = parse_base64(token.substr(begin + 1, end - begin - 1));
  if (!claims) return std::nullopt;
  static constexpr json::Selection kMembers{"exp"};
  std::array<json::Member, 1> members;
  if (!scan(*claims, kMembers, members)) return std::nullopt;
  Arena arena;
  const auto moment = number_of(*claims, members[0], arena);
  if (!moment || *moment > kMaxEpochSeconds) return std::nullopt;
  return WallTime(std::chrono::seconds(*moment));
}

}  // namespace tidegate::credential
