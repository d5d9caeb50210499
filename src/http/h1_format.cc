#include "http/h1_format.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "http/authority.h"
#include "http/char_blocks.h"
#include "http/chunked.h"
#include "http/hop_by_hop.h"

namespace tidegate::http {
namespace {

// Start line besides its texts, framing and Connection fields, the empty line.
constexpr std::size_t kFixedBytes = 160;

// A known name was compared with the table when its id was found; others are looked at here.
bool can_send(const Field& field) {
  return (field.id != HeaderId::kOther || is_token(field.name)) && is_field_value(field.value);
}

std::size_t wire_bytes(const HeaderMap& fields) {
  std::size_t bytes = 0;
  for (const Field& field : fields.fields()) bytes += field.name.size() + field.value.size() + 4;
  return bytes;
}

void append_number_field(std::string_view name, std::uint64_t value, HeadBuffer& out) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append_line(name, std::string_view(digits, end));
}

void append_framing(BodyFraming framing, std::uint64_t bytes, HeadBuffer& out) {
  switch (framing) {
    case BodyFraming::kLength:
      append_number_field("Content-Length", bytes, out);
      break;
    case BodyFraming::kChunked:
      out.append("Transfer-Encoding: chunked\r\n");
      break;
    case BodyFraming::kNone:
    case BodyFraming::kUntilClose:
      break;
  }
}

void append_connection(H1Connection connection, std::string_view upgrade, HeadBuffer& out) {
  switch (connection) {
    case H1Connection::kKeepAlive:
      break;
    case H1Connection::kClose:
      out.append("Connection: close\r\n");
      break;
    case H1Connection::kUpgrade:
      out.append("Connection: Upgrade\r\n");
      out.append_line("Upgrade", upgrade);
      break;
  }
}

// Whether Content-Length of the fields goes out as it came (there is no body that it could
// contradict).
enum class LengthField : std::uint8_t { kDrop, kKeep };

// The fields but those in `dropped`, in order. Lines that stood one behind another go on as one
// piece. False when a field cannot be sent; `out` then holds a part.
bool append_fields(const HeaderMap& fields, HeaderIdSet dropped, HeadBuffer& out) {
  const ConnectionOptions options(fields);
  std::string_view lines;
  for (const Field& field : fields.fields()) {
    if (dropped.has(field.id) || options.names(field)) continue;
    if (field.form == FieldForm::kLine) {
      const std::string_view line = field.line();
      if (lines.data() + lines.size() != line.data()) {
        out.append(lines);
        lines = line.substr(0, 0);
      }
      lines = {lines.data(), lines.size() + line.size()};
      continue;
    }
    if (!can_send(field)) return false;
    out.append(lines);
    lines = {};
    out.append_line(field.name, field.value);
  }
  out.append(lines);
  return true;
}

// What is written from the head's own members, or belongs to the connection the head came on.
HeaderIdSet dropped_fields(LengthField length, BodyFraming framing) {
  HeaderIdSet dropped = kHopByHop;
  if (length == LengthField::kDrop) dropped.add(HeaderId::kContentLength);
  if (framing != BodyFraming::kChunked) dropped.add(HeaderId::kTrailer);
  return dropped;
}

bool is_target(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && skip_target(text.data(), end) == end;
}

BodyFraming request_framing(BodyLength body) {
  switch (body.kind) {
    case BodyLength::Kind::kNone:
      return BodyFraming::kNone;
    case BodyLength::Kind::kKnown:
      return BodyFraming::kLength;
    case BodyLength::Kind::kChunked:
    case BodyLength::Kind::kUntilClose:
      return BodyFraming::kChunked;
  }
  return BodyFraming::kNone;
}

BodyFraming response_framing(const ResponseHead& head, const ResponseContext& context) {
  if (!response_has_body(context.request_method, head.status)) return BodyFraming::kNone;
  switch (head.body.kind) {
    case BodyLength::Kind::kNone:
    case BodyLength::Kind::kKnown:
      return BodyFraming::kLength;
    case BodyLength::Kind::kChunked:
    case BodyLength::Kind::kUntilClose:
      break;
  }
  return context.peer_version == Version::kHttp10 ? BodyFraming::kUntilClose
                                                  : BodyFraming::kChunked;
}

LengthField response_length_field(const ResponseHead& head, const ResponseContext& context) {
  const bool meaningful = head.status == 304 || context.request_method == "HEAD";
  const bool allowed = head.status >= 200 && head.status != 204;
  return meaningful && allowed ? LengthField::kKeep : LengthField::kDrop;
}

void append_status_line(const ResponseHead& head, HeadBuffer& out) {
  const char code[] = {' ', static_cast<char>('0' + head.status / 100 % 10),
                       static_cast<char>('0' + head.status / 10 % 10),
                       static_cast<char>('0' + head.status % 10), ' '};
  out.append("HTTP/1.1");
  out.append(std::string_view(code, sizeof code));
  out.append(head.reason.empty() ? reason_phrase(head.status) : head.reason);
  out.append("\r\n");
}

std::unexpected<Error> cannot_send(Origin origin, std::string_view what, std::size_t start,
                                   HeadBuffer& out) {
  out.truncate(start);
  return fail(ErrorCode::kMalformed, origin, std::string(what));
}

}  // namespace

void HeadBuffer::reserve(std::size_t bytes) {
  if (capacity_ - size_ >= bytes) return;
  const std::size_t capacity = std::max(capacity_ * 2, size_ + bytes);
  char* const data = arena_->allocate_array<char>(capacity);
  if (size_ != 0) std::memcpy(data, data_, size_);
  data_ = data;
  capacity_ = capacity;
}

void HeadBuffer::append(std::string_view text) {
  if (text.empty()) return;
  reserve(text.size());
  std::memcpy(data_ + size_, text.data(), text.size());
  size_ += text.size();
}

void HeadBuffer::append_line(std::string_view name, std::string_view value) {
  const std::size_t bytes = name.size() + value.size() + 4;
  reserve(bytes);
  char* at = data_ + size_;
  if (!name.empty()) std::memcpy(at, name.data(), name.size());
  at += name.size();
  std::memcpy(at, ": ", 2);
  at += 2;
  if (!value.empty()) std::memcpy(at, value.data(), value.size());
  std::memcpy(at + value.size(), "\r\n", 2);
  size_ += bytes;
}

Result<BodyFraming> format_request_head(const RequestHead& head, H1Connection connection,
                                        HeadBuffer& out) {
  const std::size_t start = out.size();
  const auto refuse = [&](std::string_view what) {
    return cannot_send(Origin::kDownstream, what, start, out);
  };
  const std::string_view target = head.method == "CONNECT" ? head.authority : head.target;
  if (!is_token(head.method)) return refuse("method cannot be sent");
  if (!is_target(target)) return refuse("target cannot be sent");
  if (!head.authority.empty() && !parse_authority(head.authority)) {
    return refuse("authority cannot be sent");
  }
  if (connection == H1Connection::kUpgrade && !is_field_value(head.upgrade)) {
    return refuse("upgrade cannot be sent");
  }
  const BodyFraming framing = request_framing(head.body);
  out.reserve(wire_bytes(head.fields) + head.method.size() + target.size() + head.authority.size() +
              head.upgrade.size() + kFixedBytes);
  out.append(head.method);
  out.append(" ");
  out.append(target);
  out.append(" HTTP/1.1\r\n");
  out.append_line("Host", head.authority);
  const HeaderIdSet dropped = dropped_fields(LengthField::kDrop, framing).with(HeaderId::kHost);
  if (!append_fields(head.fields, dropped, out)) {
    return refuse("header field cannot be sent");
  }
  append_framing(framing, head.body.bytes, out);
  append_connection(connection, head.upgrade, out);
  out.append("\r\n");
  return framing;
}

Result<BodyFraming> format_response_head(const ResponseHead& head, const ResponseContext& context,
                                         HeadBuffer& out) {
  const std::size_t start = out.size();
  const auto refuse = [&](std::string_view what) {
    return cannot_send(Origin::kUpstream, what, start, out);
  };
  if (head.status < 100 || head.status > 599) return refuse("status cannot be sent");
  if (!is_field_value(head.reason)) return refuse("reason cannot be sent");
  const std::string_view upgrade = head.fields.find(HeaderId::kUpgrade).value_or("");
  if (!is_field_value(upgrade)) return refuse("upgrade cannot be sent");

  const BodyFraming framing = response_framing(head, context);
  out.reserve(wire_bytes(head.fields) + head.reason.size() + kFixedBytes);
  append_status_line(head, out);
  const LengthField length = response_length_field(head, context);
  if (!append_fields(head.fields, dropped_fields(length, framing), out)) {
    return refuse("header field cannot be sent");
  }
  append_framing(framing, head.body.bytes, out);
  if (framing == BodyFraming::kUntilClose) {
    append_connection(H1Connection::kClose, {}, out);
  } else if (context.peer_version == Version::kHttp10 &&
             context.connection == H1Connection::kKeepAlive) {
    out.append("Connection: keep-alive\r\n");
  } else {
    append_connection(context.connection, upgrade, out);
  }
  out.append("\r\n");
  return framing;
}

Result<void> format_trailers(const HeaderMap& trailers, HeadBuffer& out) {
  const std::size_t start = out.size();
  out.reserve(wire_bytes(trailers) + 5);
  out.append("0\r\n");
  for (const Field& field : trailers.fields()) {
    if (is_forbidden_trailer(field.id)) continue;
    if (!can_send(field)) {
      return cannot_send(Origin::kInternal, "trailer field cannot be sent", start, out);
    }
    out.append_line(field.name, field.value);
  }
  out.append("\r\n");
  return {};
}

}  // namespace tidegate::http
