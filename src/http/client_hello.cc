#include "http/client_hello.h"

#include <algorithm>
#include <new>
#include <utility>

#include "http/chars.h"

namespace tidegate::http {
namespace {

constexpr std::size_t kRecordHeaderBytes = 5;
constexpr std::size_t kMaxRecordBytes = 16 * 1024;
constexpr std::size_t kHandshakeHeaderBytes = 4;
constexpr unsigned kHandshakeRecord = 22;
constexpr unsigned kClientHelloType = 1;
constexpr unsigned kServerNameExtension = 0;
constexpr unsigned kAlpnExtension = 16;

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, std::string(what));
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// Big-endian integers and length-prefixed parts off the front; a read past the end sets failed()
// and gives nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  unsigned number(std::size_t width) {
    unsigned value = 0;
    for (const char c : take(width)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }
  // A part whose length stands before it in `width` bytes.
  std::string_view vector(std::size_t width) { return take(number(width)); }

  bool empty() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// The handshake bytes of the records so far; `whole` false when the message goes on behind them.
struct Handshake {
  std::string_view bytes;
  bool whole = false;
};

// Checks one record header, as much of it as there is.
Result<void> check_record_header(std::string_view bytes) {
  if (byte_at(bytes, 0) != kHandshakeRecord) return malformed("not a TLS handshake record");
  if (bytes.size() > 1 && byte_at(bytes, 1) != 3) return malformed("not a TLS record version");
  if (bytes.size() < kRecordHeaderBytes) return {};
  const std::size_t length = byte_at(bytes, 3) << 8 | byte_at(bytes, 4);
  if (length == 0 || length > kMaxRecordBytes) return malformed("bad TLS record length");
  return {};
}

// Checks type and length of the handshake message. Returns its whole length, 0 when not known yet.
Result<std::size_t> message_length(std::string_view handshake) {
  if (!handshake.empty() && byte_at(handshake, 0) != kClientHelloType) {
    return malformed("first TLS message is not a ClientHello");
  }
  if (handshake.size() < kHandshakeHeaderBytes) return 0;
  const std::size_t body =
      byte_at(handshake, 1) << 16 | byte_at(handshake, 2) << 8 | byte_at(handshake, 3);
  if (body > kMaxClientHelloBytes) {
    return fail(ErrorCode::kLimit, Origin::kDownstream, "ClientHello over the limit");
  }
  return kHandshakeHeaderBytes + body;
}

// The fragments of one message in a row: a view of the first, a copy in the arena from the second
// on.
class Fragments {
 public:
  // The copy never needs more than `capacity` bytes.
  Fragments(Arena& arena, std::size_t capacity) : arena_(arena), capacity_(capacity) {}

  void add(std::string_view fragment) {
    if (joined_.empty()) {
      joined_ = fragment;
      return;
    }
    if (copy_ == nullptr) {
      copy_ = arena_.allocate_array<char>(capacity_);
      std::ranges::copy(joined_, copy_);
    }
    std::ranges::copy(fragment, copy_ + joined_.size());
    joined_ = std::string_view(copy_, joined_.size() + fragment.size());
  }
  std::string_view joined() const { return joined_; }

 private:
  Arena& arena_;
  std::size_t capacity_;
  char* copy_ = nullptr;
  std::string_view joined_;
};

// The handshake message in the records so far.
Result<Handshake> read_records(std::string_view bytes, Arena& arena) {
  Fragments fragments(arena, bytes.size());
  while (!bytes.empty()) {
    TIDEGATE_TRY_VOID(check_record_header(bytes));
    if (bytes.size() < kRecordHeaderBytes) break;
    const std::size_t length = byte_at(bytes, 3) << 8 | byte_at(bytes, 4);
    const std::string_view fragment = bytes.substr(kRecordHeaderBytes, length);
    fragments.add(fragment);
    TIDEGATE_TRY(message, message_length(fragments.joined()));
    if (message != 0 && fragments.joined().size() >= message) {
      return Handshake{fragments.joined().substr(0, message), true};
    }
    bytes.remove_prefix(kRecordHeaderBytes + fragment.size());
  }
  return Handshake{fragments.joined(), false};
}

Result<void> read_server_name(std::string_view extension, ClientHello& out) {
  Reader outer(extension);
  Reader list(outer.vector(2));
  const unsigned type = list.number(1);
  const std::string_view name = list.vector(2);
  if (outer.failed() || !outer.empty() || list.failed() || !list.empty()) {
    return malformed("bad server_name extension");
  }
  const char* const end = name.data() + name.size();
  const bool valid =
      !name.empty() && name.size() <= 255 && skip_class(name.data(), end, kHostChar) == end;
  if (type != 0 || !valid) return malformed("bad server name");
  out.server_name = name;
  return {};
}

Result<void> read_alpn(std::string_view extension, Arena& arena, ClientHello& out) {
  Reader outer(extension);
  const std::string_view list = outer.vector(2);
  if (outer.failed() || !outer.empty() || list.empty()) return malformed("bad ALPN extension");
  std::string_view* const names = arena.allocate_array<std::string_view>(list.size() / 2 + 1);
  std::size_t count = 0;
  for (Reader reader(list); !reader.empty();) {
    const std::string_view name = reader.vector(1);
    if (reader.failed() || name.empty()) return malformed("bad ALPN extension");
    ::new (names + count++) std::string_view(name);
  }
  out.alpn = {names, count};
  return {};
}

Result<void> read_extensions(std::string_view extensions, Arena& arena, ClientHello& out) {
  bool seen_name = false;
  bool seen_alpn = false;
  for (Reader reader(extensions); !reader.empty();) {
    const unsigned type = reader.number(2);
    const std::string_view body = reader.vector(2);
    if (reader.failed()) return malformed("truncated TLS extension");
    if (type == kServerNameExtension) {
      if (std::exchange(seen_name, true)) return malformed("duplicate server_name extension");
      TIDEGATE_TRY_VOID(read_server_name(body, out));
    } else if (type == kAlpnExtension) {
      if (std::exchange(seen_alpn, true)) return malformed("duplicate ALPN extension");
      TIDEGATE_TRY_VOID(read_alpn(body, arena, out));
    }
  }
  return {};
}

}  // namespace

Result<ClientHello> parse_client_hello(std::string_view bytes, Arena& arena) {
  ClientHello out;
  TIDEGATE_TRY(handshake, read_records(bytes.substr(0, kMaxClientHelloBytes), arena));
  if (!handshake.whole) {
    if (bytes.size() < kMaxClientHelloBytes) return out;
    return fail(ErrorCode::kLimit, Origin::kDownstream, "ClientHello over the limit");
  }
  Reader reader(handshake.bytes.substr(kHandshakeHeaderBytes));
  reader.take(2 + 32);  // legacy version, random
  reader.vector(1);     // session id
  reader.vector(2);     // cipher suites
  reader.vector(1);     // compression methods
  if (reader.failed()) return malformed("truncated ClientHello");
  if (!reader.empty()) {
    const std::string_view extensions = reader.vector(2);
    if (reader.failed() || !reader.empty()) return malformed("bad extensions in the ClientHello");
    TIDEGATE_TRY_VOID(read_extensions(extensions, arena, out));
  }
  out.complete = true;
  return out;
}

}  // namespace tidegate::http
