#include "waf/body.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/ascii.h"
#include "http/content.h"
#include "json/scan.h"
#include "json/text.h"
#include "waf/form.h"
#include "waf/multipart.h"

namespace tidegate::waf {
namespace {

using guard::Channel;

// Nothing that an application reads as text, or what is bytes by its nature.
constexpr http::HeaderIdSet kSkipped = {
    http::HeaderId::kAuthorization,    http::HeaderId::kProxyAuthorization,
    http::HeaderId::kApiKey,           http::HeaderId::kXApiKey,
    http::HeaderId::kContentLength,    http::HeaderId::kConnection,
    http::HeaderId::kTransferEncoding, http::HeaderId::kSecWebSocketKey,
    http::HeaderId::kTraceparent,      http::HeaderId::kDate};

void read_cookies(std::string_view text, Arena& arena, Parts& out) {
  bool broken = false;
  while (!text.empty()) {
    const auto end = text.find(';');
    auto pair = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals == pair.npos) {
      out.add(Channel::kCookie, "", pair);
      continue;
    }
    const auto name = pair.substr(0, equals);
    out.add(Channel::kName, name, name);
    // Cookies have no encoding of their own; most applications use this one.
    out.add(Channel::kCookie, name,
            decode_percent(pair.substr(equals + 1), Plus::kStays, arena, broken));
  }
}

// The end of the string that begins at `at`, behind its quote. The document is valid.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

std::string_view decode_string(std::string_view raw, Arena& arena) {
  if (!raw.contains('\\')) return raw;
  auto* const out = static_cast<char*>(arena.allocate(raw.size(), 1));
  return {out, json::decode_escapes(raw, out)};
}

// Names, each once, and strings of a document, in its order. A string in a list has the name of the
// list.
void read_json(std::string_view text, Arena& arena, Parts& out) {
  if (!json::validate(text, Origin::kDownstream)) {
    out.add(Flaw::kJson);
    return out.add(Channel::kBody, "", text);
  }
  std::string_view name;
  std::unordered_set<std::string_view> known;
  for (auto at = text.find('"'); at != text.npos; at = text.find('"', at)) {
    const auto end = end_of_string(text, at);
    const auto plain = decode_string(text.substr(at + 1, end - at - 2), arena);
    const auto next = text.find_first_not_of(" \t\r\n", end);
    if (next != text.npos && text[next] == ':') {
      name = plain;
      if (known.insert(name).second) out.add(Channel::kName, name, name);
    } else {
      out.add(Channel::kField, name, plain);
    }
    at = end;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

bool is_text(std::string_view type) {
  return type.empty() || type.starts_with("text/") || type.ends_with("/xml") ||
         type.ends_with("+xml") || type == "application/graphql" ||
         type == "application/javascript" || type == "application/yaml";
}

}  // namespace

void read_head(const http::RequestHead& request, Arena& arena, Parts& out) {
  bool broken = false;
  out.add(Channel::kPath, "", decode_percent(request.path(), Plus::kStays, arena, broken));
  if (broken) out.add(Flaw::kBrokenEscape);
  read_form(request.query(), Channel::kQuery, arena, out);
  for (const auto& field : request.fields.fields()) {
    if (field.id == http::HeaderId::kCookie) {
      read_cookies(field.value, arena, out);
    } else if (!kSkipped.has(field.id)) {
      out.add(Channel::kHeader, field.name, field.value);
    }
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && !request.body.is_empty()) out.add(Flaw::kBodyOfGet);
}

void read_body(const http::RequestHead& request, std::string_view body, Arena& arena, Parts& out) {
  const auto type = lower(http::media_type(request.fields));
  if (type == "multipart/form-data") {
    const auto boundary = find_boundary(*request.fields.find(http::HeaderId::kContentType));
    if (!boundary || !read_multipart(body, *boundary, arena, out)) out.add(Flaw::kMultipart);
    return;
  }
  const bool is_json = type == "application/json" || type.ends_with("+json");
  const bool is_form = type == "application/x-www-form-urlencoded";
  if (is_json) return read_json(body, arena, out);
  if (is_form) return read_form(body, Channel::kField, arena, out);
  if (is_text(type)) out.add(Channel::kBody, "", body);
}

}  // namespace tidegate::waf
