#include "http/h2_fields.h"

#include <charconv>

#include "http/authority.h"
#include "http/char_blocks.h"
#include "http/chunked.h"
#include "http/hop_by_hop.h"

namespace tidegate::http {
namespace {

std::unexpected<Error> cannot_send(Origin origin, std::string_view what) {
  return fail(ErrorCode::kMalformed, origin, std::string(what));
}

// Secrets stay out of the compression tables of every hop (RFC 7541 7.1).
bool is_secret(HeaderId id) {
  return id == HeaderId::kAuthorization || id == HeaderId::kXApiKey ||
         id == HeaderId::kProxyAuthorization || id == HeaderId::kCookie;
}

bool can_send(const Field& field) {
  return (field.id != HeaderId::kOther || is_token(field.name)) && is_field_value(field.value);
}

bool is_target(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip_class(text.data(), end, kTargetChar) == end;
}

}  // namespace

void H2FieldList::add(std::string_view name, std::string_view value, std::uint8_t flags) {
  // nghttp2 takes pointers to mutable bytes and only reads them.
  auto* const name_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data()));
  auto* const value_bytes = reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data()));
  list_.push_back({name_bytes, value_bytes, name.size(), value.size(), flags});
}

void H2FieldList::add_length(BodyLength body) {
  if (body.kind != BodyLength::Kind::kKnown) return;
  const auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), body.bytes).ptr;
  add("content-length", std::string_view(digits_.data(), end));
}

Result<void> H2FieldList::add_fields(const HeaderMap& fields, LengthField length, Origin origin) {
  const ConnectionOptions options(fields);
  for (const Field& field : fields.fields()) {
    if (field.id == HeaderId::kTe && has_token(field.value, "trailers")) {
      add("te", "trailers");
      continue;
    }
    if (is_hop_by_hop(field.id) || field.id == HeaderId::kHost) continue;
    if (field.id == HeaderId::kContentLength && length == LengthField::kDrop) continue;
    if (options.names(field)) continue;
    if (!can_send(field)) return cannot_send(origin, "header field cannot be sent");
    add(field.name, trim_ows(field.value),
        is_secret(field.id) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
  }
  return {};
}

Result<void> H2FieldList::set_request(const RequestHead& head) {
  const Origin origin = Origin::kDownstream;
  const bool connect = head.method == "CONNECT";
  list_.clear();
  list_.reserve(head.fields.size() + 6);
  if (!is_token(head.method)) return cannot_send(origin, "method cannot be sent");
  if (!parse_authority(head.authority)) return cannot_send(origin, "authority cannot be sent");
  add(":method", head.method);
  if (connect && !head.upgrade.empty()) {
    if (!is_token(head.upgrade)) return cannot_send(origin, "upgrade cannot be sent");
    add(":protocol", head.upgrade);
  }
  if (!connect || !head.upgrade.empty()) {
    if (!is_target(head.target)) return cannot_send(origin, "target cannot be sent");
    if (!is_token(head.scheme)) return cannot_send(origin, "scheme cannot be sent");
    add(":scheme", head.scheme);
    add(":path", head.target);
  }
  add(":authority", head.authority);
  TIDEGATE_TRY_VOID(add_fields(head.fields, LengthField::kDrop, origin));
  add_length(head.body);
  return {};
}

Result<void> H2FieldList::set_response(const ResponseHead& head, HeadRequest head_request) {
  list_.clear();
  list_.reserve(head.fields.size() + 2);
  if (head.status < 100 || head.status > 599 || head.status == 101) {
    return cannot_send(Origin::kUpstream, "status cannot be sent");
  }
  status_ = {static_cast<char>('0' + head.status / 100),
             static_cast<char>('0' + head.status / 10 % 10),
             static_cast<char>('0' + head.status % 10)};
  add(":status", std::string_view(status_.data(), status_.size()));
  const bool meaningful = head_request == HeadRequest::kYes || head.status == 304;
  const bool allowed = head.status >= 200 && head.status != 204;
  const bool keep = meaningful && allowed && head.body.kind != BodyLength::Kind::kKnown;
  TIDEGATE_TRY_VOID(
      add_fields(head.fields, keep ? LengthField::kKeep : LengthField::kDrop, Origin::kUpstream));
  if (allowed) add_length(head.body);
  return {};
}

Result<void> H2FieldList::set_trailers(const HeaderMap& fields) {
  list_.clear();
  for (const Field& field : fields.fields()) {
    if (is_forbidden_trailer(field.id)) continue;
    if (!can_send(field)) return cannot_send(Origin::kInternal, "trailer field cannot be sent");
    add(field.name, trim_ows(field.value));
  }
  return {};
}

}  // namespace tidegate::http
