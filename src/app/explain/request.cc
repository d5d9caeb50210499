#include "app/explain/request.h"

#include <fmt/format.h>

#include <charconv>

#include "http/h1_parse.h"

namespace tidegate::app {
namespace {

constexpr std::size_t kPadding = 64;

struct Url {
  std::string authority = "localhost";
  std::string target = "/";
};

Result<Url> take_url(std::string_view text, ParsedRequest& out) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("/")) {
    out.host = url.authority;
    url.target = rest;
    return url;
  }
  if (rest.starts_with("https://")) {
    out.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  }
  const std::size_t end = rest.find_first_of("/?");
  url.authority = rest.substr(0, end);
  if (end != rest.npos) url.target = (rest[end] == '?' ? "/" : "") + std::string(rest.substr(end));
  out.host = url.authority;
  out.port = out.tls ? 443 : 80;
  const std::size_t colon = out.host.rfind(':');
  if (colon == out.host.npos || out.host.ends_with(']')) return url;
  std::uint16_t port = 0;
  const char* digits = out.host.data() + colon + 1;
  const auto parsed = std::from_chars(digits, out.host.data() + out.host.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != out.host.data() + out.host.size()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal,
                fmt::format("\"{}\" is no URL", text));
  }
  out.port = port;
  out.host.resize(colon);
  return url;
}

}  // namespace

Result<std::unique_ptr<ParsedRequest>> parse_request(const Question& question) {
  auto out = std::make_unique<ParsedRequest>();
  TIDEGATE_TRY(url, take_url(question.url, *out));
  out->text =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", question.method, url.target, url.authority);
  for (const auto& [name, value] : question.headers) {
    out->text += fmt::format("{}: {}\r\n", name, value);
  }
  if (!question.body.empty()) {
    out->text += fmt::format("Content-Length: {}\r\n", question.body.size());
  }
  out->text += "\r\n";
  out->body_bytes = question.body.size();
  out->padded_body = question.body + std::string(kPadding, '\0');
  TIDEGATE_TRY(parsed, http::parse_request_head(out->text, http::H1Limits(), out->head));
  if (parsed.head_bytes != out->text.size()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "a line end in a header or the URL");
  }
  out->head.scheme = out->tls ? "https" : "http";
  return out;
}

}  // namespace tidegate::app
