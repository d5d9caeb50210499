#include "http/h2_head.h"

#include <algorithm>
#include <string>

#include "http/authority.h"
#include "http/char_blocks.h"
#include "http/chunked.h"
#include "http/h1_framing.h"
#include "http/hop_by_hop.h"

namespace tidegate::http {
namespace {

std::unexpected<Error> malformed(Origin origin, std::string_view what) {
  return fail(ErrorCode::kMalformed, origin, std::string(what));
}

bool has_upper_case(std::string_view name) {
  const char* at = name.data();
  const char* const end = at + name.size();
  for (; end - at >= kBlockBytes; at += kBlockBytes) {
    if (bits_of(in_range(load_block(at), 'A', 'Z')) != 0) return true;
  }
  return std::any_of(at, end, [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Names with an id are tokens, in one case or the other.
bool is_valid_name(const Field& field) {
  return (field.id != HeaderId::kOther || is_token(field.name)) && !has_upper_case(field.name);
}

// Names, values, and nothing that belongs to one HTTP/1 connection.
Result<void> check_fields(const HeaderMap& fields, Origin origin) {
  for (const Field& field : fields.fields()) {
    if (!is_valid_name(field)) return malformed(origin, "invalid field name");
    if (!is_field_value(field.value)) return malformed(origin, "invalid byte in a field value");
    const bool trailers = field.id == HeaderId::kTe && iequals(field.value, "trailers");
    if (is_hop_by_hop(field.id) && !trailers && field.id != HeaderId::kProxyAuthenticate &&
        field.id != HeaderId::kProxyAuthorization) {
      return fail(ErrorCode::kProtocolViolation, origin, "connection-specific field");
    }
  }
  return {};
}

Result<BodyLength> read_length(const HeaderMap& fields, EndStream end, Origin origin) {
  const std::size_t count = fields.count(HeaderId::kContentLength);
  if (count == 0) return end == EndStream::kYes ? BodyLength::none() : BodyLength::chunked();
  const auto length = parse_content_length(*fields.find(HeaderId::kContentLength));
  if (count > 1 || !length) {
    return fail(ErrorCode::kBadContentLength, origin, "invalid or duplicate content-length");
  }
  return BodyLength::known(*length);
}

bool is_target(std::string_view text) {
  const char* const end = text.data() + text.size();
  return skip_class(text.data(), end, kTargetChar) == end;
}

// :authority, or Host where that is missing; both only when they agree.
Result<void> settle_authority(RequestHead& head) {
  if (head.fields.count(HeaderId::kHost) > 1)
    return malformed(Origin::kDownstream, "duplicate host");
  const auto host = head.fields.find(HeaderId::kHost);
  if (head.authority.empty()) {
    head.authority = host.value_or(std::string_view());
  } else if (host && !iequals(*host, head.authority)) {
    return malformed(Origin::kDownstream, "host conflicts with :authority");
  }
  if (!parse_authority(head.authority)) {
    return malformed(Origin::kDownstream, "missing or invalid authority");
  }
  head.fields.remove(HeaderId::kHost);
  return {};
}

// The rules for :scheme and :path, which CONNECT without :protocol has not.
Result<void> check_target(const RequestHead& head) {
  const Origin client = Origin::kDownstream;
  if (head.method == "CONNECT" && head.upgrade.empty()) {
    const auto authority = parse_authority(head.authority);
    if (!authority || !authority->port) return malformed(client, "CONNECT needs host:port");
    if (!head.target.empty() || !head.scheme.empty()) {
      return malformed(client, "CONNECT with a path or scheme");
    }
    return {};
  }
  if (!head.upgrade.empty() && (head.method != "CONNECT" || !is_token(head.upgrade))) {
    return malformed(client, "invalid :protocol");
  }
  if (head.scheme != "http" && head.scheme != "https") return malformed(client, "invalid :scheme");
  if (head.target == "*") {
    if (head.method == "OPTIONS") return {};
    return malformed(client, "asterisk target is for OPTIONS only");
  }
  if (!head.target.starts_with('/') || !is_target(head.target)) {
    return malformed(client, "invalid :path");
  }
  return {};
}

// HTTP/2 may split Cookie into several fields; HTTP/1 knows one only (RFC 9113 8.2.3).
void join_cookies(HeaderMap& fields) {
  if (fields.count(HeaderId::kCookie) < 2) return;
  std::string joined;
  for (const Field& field : fields.fields()) {
    if (field.id != HeaderId::kCookie) continue;
    if (!joined.empty()) joined += "; ";
    joined += field.value;
  }
  fields.set("cookie", fields.arena().copy(joined));
}

// The member of a request's pseudo field; null for unknown ones.
std::string_view* find_pseudo(std::string_view name, RequestHead& head) {
  if (name == ":method") return &head.method;
  if (name == ":scheme") return &head.scheme;
  if (name == ":authority") return &head.authority;
  if (name == ":path") return &head.target;
  if (name == ":protocol") return &head.upgrade;
  return nullptr;
}

}  // namespace

void add_h2_field(std::string_view name, std::string_view value, RequestHead& head) {
  std::string_view* const member = name.starts_with(':') ? find_pseudo(name, head) : nullptr;
  if (member == nullptr || member->data() != nullptr) return head.fields.add(name, value);
  *member = value;
}

void add_h2_field(std::string_view name, std::string_view value, ResponseHead& head) {
  if (name != ":status" || head.status != 0) return head.fields.add(name, value);
  if (value.size() != 3 || !std::ranges::all_of(value, is_digit)) return;
  for (const char c : value) head.status = static_cast<std::uint16_t>(head.status * 10 + (c - '0'));
}

Result<void> finish_h2_request(RequestHead& head, EndStream end) {
  head.version = Version::kHttp2;
  if (!is_token(head.method)) return malformed(Origin::kDownstream, "invalid :method");
  TIDEGATE_TRY_VOID(check_fields(head.fields, Origin::kDownstream));
  TIDEGATE_TRY_VOID(settle_authority(head));
  TIDEGATE_TRY_VOID(check_target(head));
  TIDEGATE_TRY(body, read_length(head.fields, end, Origin::kDownstream));
  if (end == EndStream::kYes && !body.is_empty()) {
    return fail(ErrorCode::kBadContentLength, Origin::kDownstream, "content-length without a body");
  }
  head.body = body;
  join_cookies(head.fields);
  const auto expect = head.fields.find(HeaderId::kExpect);
  head.expect_continue = expect && iequals(*expect, "100-continue");
  return {};
}

Result<void> finish_h2_response(std::string_view request_method, ResponseHead& head,
                                EndStream end) {
  head.version = Version::kHttp2;
  if (head.status < 100 || head.status > 599)
    return malformed(Origin::kUpstream, "invalid :status");
  TIDEGATE_TRY_VOID(check_fields(head.fields, Origin::kUpstream));
  TIDEGATE_TRY(body, read_length(head.fields, end, Origin::kUpstream));
  if (!response_has_body(request_method, head.status)) {
    head.body = BodyLength::none();
  } else if (end == EndStream::kYes && !body.is_empty()) {
    return fail(ErrorCode::kBadContentLength, Origin::kUpstream, "content-length without a body");
  } else {
    head.body = body;
  }
  return {};
}

Result<void> finish_h2_trailers(HeaderMap& fields, Origin origin) {
  TIDEGATE_TRY_VOID(check_fields(fields, origin));
  fields.remove_if([](const Field& field) { return is_forbidden_trailer(field.id); });
  return {};
}

}  // namespace tidegate::http
