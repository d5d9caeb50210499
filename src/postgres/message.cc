#include "postgres/message.h"

namespace tidegate::postgres {
namespace {

constexpr std::int32_t kProtocol = 3 << 16;
constexpr std::size_t kHeadBytes = 5;

void append_long(std::string& out, std::size_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
}
void append_short(std::string& out, std::size_t number) {
  out += static_cast<char>(number >> 8 & 0xff);
  out += static_cast<char>(number & 0xff);
}
void append_text(std::string& out, std::string_view text) { out.append(text).append(1, '\0'); }

// Writes the length of what `write` appends in front of it.
template <class Write>
void append_message(std::string& out, std::string_view type, const Write& write) {
  out += type;
  const std::size_t at = out.size();
  append_long(out, 0);
  write();
  std::string length;
  append_long(length, out.size() - at);
  out.replace(at, length.size(), length);
}

}  // namespace

void append_startup(std::string& out, std::span<const Parameter> parameters) {
  append_message(out, "", [&] {
    append_long(out, kProtocol);
    for (const auto& [name, value] : parameters) {
      append_text(out, name);
      append_text(out, value);
    }
    out += '\0';
  });
}

void append_password(std::string& out, std::string_view password) {
  append_message(out, "p", [&] { append_text(out, password); });
}

void append_sasl_first(std::string& out, std::string_view mechanism, std::string_view message) {
  append_message(out, "p", [&] {
    append_text(out, mechanism);
    append_long(out, message.size());
    out += message;
  });
}

void append_sasl_next(std::string& out, std::string_view message) {
  append_message(out, "p", [&] { out += message; });
}

void append_query(std::string& out, std::string_view statement,
                  std::span<const std::string_view> values) {
  append_message(out, "P", [&] {
    append_text(out, "");  // a statement without a name, which the next one replaces
    append_text(out, statement);
    append_short(out, 0);  // the server finds out the types
  });
  append_message(out, "B", [&] {
    append_text(out, "");
    append_text(out, "");
    append_short(out, 0);  // all as texts
    append_short(out, values.size());
    for (const std::string_view value : values) {
      append_long(out, value.size());
      out += value;
    }
    append_short(out, 0);  // results too
  });
  append_message(out, "E", [&] {
    append_text(out, "");
    append_long(out, 0);  // all rows
  });
  append_message(out, "S", [] {});
}

Result<void> MessageReader::feed(std::string_view bytes) {
  taken_in_all_ += bytes.size();
  if (taken_in_all_ > max_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "an answer of PostgreSQL is too long");
  }
  bytes_.erase(0, used_);
  used_ = 0;
  bytes_ += bytes;
  return {};
}

Result<std::optional<Message>> MessageReader::next() {
  const std::string_view rest = std::string_view(bytes_).substr(used_);
  if (rest.size() < kHeadBytes) return std::optional<Message>();
  ContentReader head(rest.substr(1));
  const std::int32_t length = head.take_long();
  if (length < 4) return fail(ErrorCode::kMalformed, Origin::kUpstream, "no message of PostgreSQL");
  const std::size_t size = static_cast<std::size_t>(length) + 1;
  if (size > max_bytes_) {
    return fail(ErrorCode::kLimit, Origin::kUpstream, "a message of PostgreSQL is too long");
  }
  if (rest.size() < size) return std::optional<Message>();
  used_ += size;
  return Message{rest[0], rest.substr(kHeadBytes, size - kHeadBytes)};
}

std::string_view ContentReader::take_bytes(std::size_t count) {
  if (!ok_ || count > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint16_t ContentReader::take_short() {
  const std::string_view bytes = take_bytes(2);
  if (bytes.empty()) return 0;
  const auto high = static_cast<unsigned char>(bytes[0]);
  return static_cast<std::uint16_t>(high << 8 | static_cast<unsigned char>(bytes[1]));
}

std::int32_t ContentReader::take_long() {
  const std::string_view bytes = take_bytes(4);
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int32_t>(number);
}

std::string_view ContentReader::take_text() {
  const std::size_t end = rest_.find('\0');
  if (end == rest_.npos) {
    take_bytes(rest_.size() + 1);
    return {};
  }
  const std::string_view text = take_bytes(end);
  take_bytes(1);
  return text;
}

}  // namespace tidegate::postgres
