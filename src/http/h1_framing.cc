#include "http/h1_framing.h"

#include <algorithm>
#include <limits>

#include "http/char_blocks.h"

namespace tidegate::http {
namespace {

// Calls `visit` with each member of a comma-separated list, empty ones too, until it returns false.
template <class Visit>
void for_each_member(std::string_view list, Visit visit) {
  for (;;) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (!visit(trim_ows(list.substr(0, comma))) || comma == list.size()) return;
    list.remove_prefix(comma + 1);
  }
}

// Why a Transfer-Encoding value other than plain "chunked" is refused.
Error refuse_codings(std::string_view value, Origin origin) {
  bool valid = true;
  bool chunked = false;
  for_each_member(value, [&](std::string_view coding) {
    valid = is_token(coding) && !chunked;  // nothing may follow chunked, itself included
    chunked = iequals(coding, "chunked");
    return valid;
  });
  if (!valid) return Error(ErrorCode::kMalformed, origin, "malformed Transfer-Encoding");
  return Error(ErrorCode::kUnsupported, origin, "unknown transfer coding");
}

struct Reader {
  Framing& out;
  Version version;
  Origin origin;
  bool close = false;
  bool keep = false;
  bool upgrade_listed = false;

  std::unexpected<Error> malformed(std::string_view what) const {
    return fail(ErrorCode::kMalformed, origin, std::string(what));
  }

  Result<void> content_length(std::string_view value) {
    if (out.length) return fail(ErrorCode::kBadContentLength, origin, "duplicate Content-Length");
    out.length = parse_content_length(value);
    if (!out.length) return fail(ErrorCode::kBadContentLength, origin, "invalid Content-Length");
    return {};
  }

  Result<void> transfer_encoding(std::string_view value) {
    if (version == Version::kHttp10) return malformed("Transfer-Encoding in HTTP/1.0");
    if (out.chunked) return malformed("duplicate Transfer-Encoding");
    if (!iequals(value, "chunked")) return std::unexpected(refuse_codings(value, origin));
    out.chunked = true;
    return {};
  }

  void connection(std::string_view value) {
    for_each_member(value, [this](std::string_view option) {
      close = close || iequals(option, "close");
      keep = keep || iequals(option, "keep-alive");
      upgrade_listed = upgrade_listed || iequals(option, "upgrade");
      return true;
    });
  }

  Result<void> host(std::string_view value) {
    if (out.host) return malformed("duplicate Host");
    out.host = value;
    return {};
  }

  Result<void> field(const Field& field) {
    switch (field.id) {
      case HeaderId::kContentLength:
        return content_length(field.value);
      case HeaderId::kTransferEncoding:
        return transfer_encoding(field.value);
      case HeaderId::kHost:
        return host(field.value);
      case HeaderId::kConnection:
        connection(field.value);
        break;
      case HeaderId::kExpect:
        out.expect_continue = out.expect_continue || iequals(field.value, "100-continue");
        break;
      case HeaderId::kUpgrade:
        if (out.upgrade.empty()) out.upgrade = field.value;
        break;
      default:
        break;
    }
    return {};
  }
};

// An upgrade to HTTP/2 would open a tunnel in which requests pass unseen; RFC 9113 3.1 dropped it.
bool offers_h2c(std::string_view upgrade) {
  bool found = false;
  for_each_member(upgrade, [&found](std::string_view protocol) {
    found = found || iequals(protocol, "h2c");
    return true;
  });
  return found;
}

constexpr HeaderIdSet kFramingFields = {HeaderId::kContentLength, HeaderId::kTransferEncoding,
                                        HeaderId::kHost,          HeaderId::kConnection,
                                        HeaderId::kExpect,        HeaderId::kUpgrade};

}  // namespace

Result<Framing> read_framing(const HeaderMap& fields, Version version, Origin origin) {
  Result<Framing> result;
  Framing& out = *result;
  Reader reader{out, version, origin};
  for (const Field& field : fields.fields()) {
    if (kFramingFields.has(field.id)) TIDEGATE_TRY_VOID(reader.field(field));
  }
  if (out.length && out.chunked) {
    return reader.malformed("Content-Length together with Transfer-Encoding");
  }
  const bool http11 = version != Version::kHttp10;
  out.keep_alive = !reader.close && (http11 || reader.keep);
  out.expect_continue = out.expect_continue && http11;
  if (!reader.upgrade_listed || !http11 || offers_h2c(out.upgrade)) out.upgrade = {};
  return result;
}

std::optional<std::uint64_t> parse_content_length(std::string_view text) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

}  // namespace tidegate::http
