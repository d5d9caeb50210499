#include "credential/sigv4.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "credential/form.h"
#include "credential/timestamp.h"
#include "digest/digest.h"

namespace tidegate::credential {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

// RFC 3986 5.2.4, with empty segments dropped.
std::string remove_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_slash = false;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash == path.npos ? path.size() : slash + 1);
    const bool dots = segment == "." || segment == "..";
    ends_in_slash = slash != path.npos || dots;
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!segment.empty() && !dots) kept.push_back(segment);
  }
  std::string normal;
  for (const std::string_view segment : kept) normal.append("/").append(segment);
  if (kept.empty() || ends_in_slash) normal.push_back('/');
  return normal;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Escapes that are none stay.
std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = high >= 0 ? digit_of(text[i + 2]) : -1;
    if (low < 0) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Blanks at the ends go; runs inside become one.
std::string trim(std::string_view value) {
  std::string out;
  bool gap = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      gap = !out.empty();
      continue;
    }
    if (std::exchange(gap, false)) out.push_back(' ');
    out.push_back(c);
  }
  return out;
}

// By name; the values of one name joined in their order.
Lines canonical_fields(std::span<const SignedField> fields) {
  Lines lines;
  for (const SignedField& field : fields) {
    std::string name = lower_case(field.name);
    const auto known = std::ranges::find(lines, name, &Lines::value_type::first);
    if (known == lines.end()) {
      lines.emplace_back(std::move(name), trim(field.value));
    } else {
      known->second.append(",").append(trim(field.value));
    }
  }
  std::ranges::sort(lines);
  return lines;
}

std::string signing_key(const Secret& secret, std::string_view day, const SigningScope& scope) {
  std::string first = fmt::format("AWS4{}", secret.reveal());
  Sha256 key = hmac_sha256(first, day);
  std::ranges::fill(first, '\0');
  for (const std::string_view part :
       {scope.region, scope.service, std::string_view("aws4_request")}) {
    key = hmac_sha256(view_of(key), part);
  }
  return std::string(view_of(key));
}

}  // namespace

std::string hash_payload(std::string_view body) { return to_hex(view_of(sha256(body))); }

std::string canonical_path(std::string_view path, CanonicalPath form) {
  if (form == CanonicalPath::kAsSent) return path.empty() ? "/" : std::string(path);
  const std::string normal =
      form == CanonicalPath::kNormalEncodedAgain ? remove_dots(path) : std::string(path);
  std::string encoded;
  append_percent_encoded(encoded, normal, "/");
  return encoded.empty() ? "/" : encoded;
}

std::string canonical_query(std::string_view query) {
  Lines parameters;
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(end == query.npos ? query.size() : end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const std::string_view value =
        equals == part.npos ? std::string_view() : part.substr(equals + 1);
    parameters.emplace_back(percent_encode(percent_decode(part.substr(0, equals))),
                            percent_encode(percent_decode(value)));
  }
  std::ranges::sort(parameters);
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text.push_back('&');
    text.append(name).append("=").append(value);
  }
  return text;
}

AwsSignature sign_request(const SigningRequest& request, const SigningScope& scope,
                          const Material& keys) {
  AwsSignature signature;
  signature.date = format_basic_time(scope.time);
  signature.security_token = keys.session_token;
  std::vector<SignedField> fields(request.fields.begin(), request.fields.end());
  fields.push_back({"x-amz-date", signature.date});
  if (!keys.session_token.empty()) {
    fields.push_back({"x-amz-security-token", keys.session_token.reveal()});
  }
  const auto mark = request.target.find('?');
  const std::string_view query =
      mark == request.target.npos ? std::string_view() : request.target.substr(mark + 1);
  std::string canonical = fmt::format("{}\n{}\n{}\n", request.method,
                                      canonical_path(request.target.substr(0, mark), scope.path),
                                      canonical_query(query));
  std::string names;
  for (const auto& [name, value] : canonical_fields(fields)) {
    canonical.append(name).append(":").append(value).append("\n");
    if (!names.empty()) names.push_back(';');
    names.append(name);
  }
  canonical.append("\n").append(names).append("\n").append(request.body_hash);

  const std::string_view day = std::string_view(signature.date).substr(0, 8);
  const std::string credential_scope =
      fmt::format("{}/{}/{}/aws4_request", day, scope.region, scope.service);
  const std::string to_sign = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", signature.date,
                                          credential_scope, hash_payload(canonical));
  const Sha256 proof = hmac_sha256(signing_key(keys.secret, day, scope), to_sign);
  signature.authorization =
      fmt::format("AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
                  keys.access_key_id, credential_scope, names, to_hex(view_of(proof)));
  return signature;
}

}  // namespace tidegate::credential
