#include "http/h1_parse.h"

#include <bit>

#include "http/authority.h"
#include "http/char_blocks.h"
#include "http/h1_fields.h"
#include "http/h1_framing.h"

namespace tidegate::http {
namespace {

constexpr Origin kClient = Origin::kDownstream;
constexpr Origin kServer = Origin::kUpstream;

std::unexpected<Error> malformed(Origin origin, std::string_view what) {
  return fail(ErrorCode::kMalformed, origin, std::string(what));
}

// The verdict on bytes that do not hold a whole head: wait, or too large.
Result<ParseState> need_more(std::string_view bytes, const H1Limits& limits, Origin origin) {
  if (bytes.size() >= limits.max_head_bytes) {
    return fail(ErrorCode::kHeadTooLarge, origin, "head over the limit");
  }
  return ParseState{};
}

// "HTTP/1.x" at `at`, followed by `after`. Returns behind all of it; nullptr when more bytes are
// needed.
Result<const char*> parse_version(const char* at, const char* end, std::string_view after,
                                  Origin origin, Version& out) {
  constexpr std::string_view kName = "HTTP/";
  const std::size_t length = kName.size() + 3 + after.size();
  constexpr std::string_view kUsual = "HTTP/1.1";
  const std::string_view here(at, end);
  if (here.starts_with(kUsual) && here.substr(kUsual.size()).starts_with(after)) {
    out = Version::kHttp11;
    return at + length;
  }
  const std::size_t have = std::min(length, static_cast<std::size_t>(end - at));
  for (std::size_t i = 0; i < have; ++i) {
    const char c = at[i];
    bool ok = false;
    if (i < kName.size())
      ok = c == kName[i];
    else if (i == kName.size() + 1)
      ok = c == '.';
    else if (i < kName.size() + 3)
      ok = is_digit(c);
    else
      ok = c == after[i - kName.size() - 3];
    if (!ok) return malformed(origin, "malformed HTTP version or start line");
  }
  if (have < length) return nullptr;
  const char major = at[kName.size()];
  const char minor = at[kName.size() + 2];
  if (major != '1' || minor > '1') {
    return fail(ErrorCode::kUnsupported, origin, "HTTP version not supported");
  }
  out = minor == '1' ? Version::kHttp11 : Version::kHttp10;
  return at + length;
}

// "METHOD SP target SP version CRLF". Leaves the target as sent in out.target.
Result<const char*> parse_request_line(const char* at, const char* end, const H1Limits& limits,
                                       RequestHead& out) {
  const char* const method = at;
  at = skip_token(at, end);
  if (at == end) return nullptr;
  if (*at != ' ' || at == method) return malformed(kClient, "malformed request method");
  out.method = std::string_view(method, at);
  const char* const target = ++at;
  at = skip_target(at, end);
  if (static_cast<std::size_t>(at - target) > limits.max_target_bytes) {
    return fail(ErrorCode::kUriTooLong, kClient, "request target over the limit");
  }
  if (at == end) return nullptr;
  if (*at != ' ' || at == target) return malformed(kClient, "invalid byte in the request target");
  out.target = std::string_view(target, at);
  return parse_version(at + 1, end, "\r\n", kClient, out.version);
}

// Length of "http://" or "https://" at the front, in any case; 0 for anything else.
std::size_t scheme_length(std::string_view target) {
  if (target.size() >= 7 && iequals(target.substr(0, 7), "http://")) return 7;
  if (target.size() >= 8 && iequals(target.substr(0, 8), "https://")) return 8;
  return 0;
}

// "http://authority[/path][?query]": splits out.target into authority and origin form.
Result<void> split_absolute_target(RequestHead& out, std::size_t scheme) {
  const std::string_view rest = out.target.substr(scheme);
  const std::size_t slash = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view host = out.authority;
  out.authority = rest.substr(0, slash);
  if (!parse_authority(out.authority)) return malformed(kClient, "invalid authority in the target");
  const std::uint16_t default_port = scheme == 7 ? 80 : 443;
  if (!host.empty() && !same_authority(out.authority, host, default_port)) {
    return malformed(kClient, "Host conflicts with the request target");
  }
  out.target = rest.substr(slash);
  if (out.target.empty()) {
    out.target = out.method == "OPTIONS" ? "*" : "/";
  } else if (out.target.front() == '?') {
    out.target = out.fields.arena().concat({"/", out.target});
  }
  return {};
}

// The four forms of RFC 9112 3.2. out.authority is the Host field, perhaps empty, and valid.
Result<void> read_target(RequestHead& out) {
  if (out.method == "CONNECT") {
    const auto authority = parse_authority(out.target);
    if (!authority || !authority->port) return malformed(kClient, "CONNECT needs host:port");
    if (!out.authority.empty() && !same_authority(out.target, out.authority, *authority->port)) {
      return malformed(kClient, "Host conflicts with the request target");
    }
    out.authority = out.target;
    out.target = {};
    return {};
  }
  if (out.target.front() == '/') return {};
  if (out.target == "*") {
    if (out.method == "OPTIONS") return {};
    return malformed(kClient, "asterisk target is for OPTIONS only");
  }
  if (const std::size_t scheme = scheme_length(out.target); scheme != 0) {
    return split_absolute_target(out, scheme);
  }
  return malformed(kClient, "request target is neither a path nor an http URI");
}

Result<void> finish_request(RequestHead& out) {
  TIDEGATE_TRY(framing, read_framing(out.fields, out.version, kClient));
  if (framing.host) {
    if (!parse_authority(*framing.host)) return malformed(kClient, "invalid Host");
    out.authority = *framing.host;
  } else if (out.version == Version::kHttp11) {
    return malformed(kClient, "HTTP/1.1 request without Host");
  }
  TIDEGATE_TRY_VOID(read_target(out));
  if (framing.chunked) {
    out.body = BodyLength::chunked();
  } else if (framing.length) {
    out.body = BodyLength::known(*framing.length);
  }
  if (!out.body.is_empty() && (out.method == "CONNECT" || out.method == "TRACE")) {
    return malformed(kClient, "a body is not allowed with this method");
  }
  out.keep_alive = framing.keep_alive;
  out.expect_continue = framing.expect_continue;
  out.upgrade = framing.upgrade;
  return {};
}

// "version SP 3DIGIT [SP reason] CRLF"
Result<const char*> parse_status_line(const char* at, const char* end, ResponseHead& out) {
  TIDEGATE_TRY(status, parse_version(at, end, " ", kServer, out.version));
  if (status == nullptr || end - status < 4) return nullptr;
  if (!is_digit(status[0]) || !is_digit(status[1]) || !is_digit(status[2])) {
    return malformed(kServer, "malformed status code");
  }
  out.status = static_cast<std::uint16_t>((status[0] - '0') * 100 + (status[1] - '0') * 10 +
                                          status[2] - '0');
  if (out.status < 100 || out.status > 599) return malformed(kServer, "status code out of range");
  at = status + 3;
  if (*at == ' ') {
    const char* const reason = ++at;
    at = find_value_end(at, end);
    out.reason = std::string_view(reason, at);
  }
  if (at == end || (*at == '\r' && at + 1 == end)) return nullptr;
  if (at[0] != '\r' || at[1] != '\n') return malformed(kServer, "malformed status line");
  return at + 2;
}

Result<void> finish_response(std::string_view request_method, ResponseHead& out) {
  TIDEGATE_TRY(framing, read_framing(out.fields, out.version, kServer));
  out.keep_alive = framing.keep_alive;
  if (!response_has_body(request_method, out.status)) {
    // Framing fields are forbidden on 1xx and 204; a server that sends them may well send a body
    // too.
    const bool forbidden = out.status < 200 || out.status == 204;
    if (forbidden && (framing.chunked || framing.length.value_or(0) != 0)) out.keep_alive = false;
    out.body = BodyLength::none();
  } else if (framing.chunked) {
    out.body = BodyLength::chunked();
  } else if (framing.length) {
    out.body = BodyLength::known(*framing.length);
  } else {
    out.body = BodyLength::until_close();
    out.keep_alive = false;
  }
  return {};
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t& scanned) {
  const char* const begin = bytes.data();
  const char* const end = begin + bytes.size();
  // An LF without CR before it ends the head too: the parser then says what is wrong.
  const auto ends_head = [begin](const char* lf) {
    const bool bare = lf == begin || lf[-1] != '\r';
    return bare || (lf - begin >= 3 && lf[-2] == '\n');
  };
  const auto length = [begin](const char* lf) { return static_cast<std::size_t>(lf + 1 - begin); };
  const char* at = begin + scanned;
  for (; end - at >= kBlockBytes; at += kBlockBytes) {
    unsigned lines = bits_of(_mm_cmpeq_epi8(load_block(at), _mm_set1_epi8('\n')));
    for (; lines != 0; lines &= lines - 1) {
      const char* const lf = at + std::countr_zero(lines);
      if (ends_head(lf)) return length(lf);
    }
  }
  for (; at != end; ++at) {
    if (*at == '\n' && ends_head(at)) return length(at);
  }
  scanned = bytes.size();
  return 0;
}

Result<ParseState> parse_request_head(std::string_view bytes, const H1Limits& limits,
                                      RequestHead& out) {
  const char* at = bytes.data();
  const char* const end = at + std::min(bytes.size(), limits.max_head_bytes);
  out.fields.clear();
  out.method = out.target = out.authority = {};
  out.body = {};
  if (bytes.starts_with("\r\n"))
    at += 2;
  else if (bytes == "\r")
    return ParseState{};
  TIDEGATE_TRY(line, parse_request_line(at, end, limits, out));
  if (line == nullptr) return need_more(bytes, limits, kClient);
  TIDEGATE_TRY(head_end, parse_fields(line, end, limits.max_fields, kClient, out.fields));
  if (head_end == nullptr) return need_more(bytes, limits, kClient);
  TIDEGATE_TRY_VOID(finish_request(out));
  return ParseState{static_cast<std::size_t>(head_end - bytes.data())};
}

Result<ParseState> parse_response_head(std::string_view bytes, const H1Limits& limits,
                                       std::string_view request_method, ResponseHead& out) {
  const char* const at = bytes.data();
  const char* const end = at + std::min(bytes.size(), limits.max_head_bytes);
  out.fields.clear();
  out.reason = {};
  out.body = {};
  TIDEGATE_TRY(line, parse_status_line(at, end, out));
  if (line == nullptr) return need_more(bytes, limits, kServer);
  TIDEGATE_TRY(head_end, parse_fields(line, end, limits.max_fields, kServer, out.fields));
  if (head_end == nullptr) return need_more(bytes, limits, kServer);
  TIDEGATE_TRY_VOID(finish_response(request_method, out));
  return ParseState{static_cast<std::size_t>(head_end - bytes.data())};
}

Result<ParseState> take_request_head(std::string_view bytes, const H1Limits& limits, Arena& arena,
                                     RequestHead& out) {
  auto parsed = parse_request_head(bytes, limits, out);
  if (!parsed) {
    for (auto* text : {&out.method, &out.target, &out.authority}) *text = arena.copy(*text);
    out.fields.clear();
  } else if (parsed->complete()) {
    const std::string_view head = bytes.substr(0, parsed->head_bytes);
    rebase(out, head, arena.copy(head).data());
  }
  return parsed;
}

Result<ParseState> take_response_head(std::string_view bytes, const H1Limits& limits,
                                      std::string_view request_method, Arena& arena,
                                      ResponseHead& out) {
  auto parsed = parse_response_head(bytes, limits, request_method, out);
  if (!parsed) {
    out.reason = {};
    out.fields.clear();
  } else if (parsed->complete()) {
    const std::string_view head = bytes.substr(0, parsed->head_bytes);
    rebase(out, head, arena.copy(head).data());
  }
  return parsed;
}

}  // namespace tidegate::http
