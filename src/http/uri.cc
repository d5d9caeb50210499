#include "http/uri.h"

#include <algorithm>

#include "http/authority.h"
#include "http/char_blocks.h"

namespace tidegate::http {
namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, Origin::kDownstream, std::string(what));
}

// The byte of the escape at text[at] ('%'); -1 when it is broken.
int decode_escape(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The bytes from `at` on, of a block behind a first slash, that a normal path has not: '%', '\\', a
// '.' behind a slash, and a slash behind another where these are merged.
unsigned find_odd(const char* at, bool merge) {
  const __m128i block = load_block(at);
  const __m128i behind_slash = _mm_cmpeq_epi8(load_block(at - 1), _mm_set1_epi8('/'));
  const __m128i slash = _mm_cmpeq_epi8(block, _mm_set1_epi8('/'));
  const __m128i second =
      _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('.')), merge ? slash : _mm_setzero_si128());
  const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('%')),
                                       _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
  return bits_of(_mm_or_si128(special, _mm_and_si128(behind_slash, second)));
}

// True when the path, which starts with a slash, is its own normal form; false only costs the long
// way.
bool is_normal(std::string_view path, PathPolicy policy) {
  const bool merge = policy.repeated_slash == RepeatedSlash::kMerge;
  const char* at = path.data() + 1;
  const char* const end = path.data() + path.size();
  unsigned odd = 0;
  for (; end - at >= kBlockBytes; at += kBlockBytes) odd |= find_odd(at, merge);
  if (end - path.data() > kBlockBytes) return (odd | find_odd(end - kBlockBytes, merge)) == 0;
  for (; at != end; ++at) {
    const bool second = *at == '.' || (merge && *at == '/');
    odd |= static_cast<unsigned>(*at == '%' || *at == '\\' || (at[-1] == '/' && second));
  }
  return odd == 0;
}

// Normalises escapes of `path` into `out` (as long as the path). Returns the length.
Result<std::size_t> normalize_escapes(std::string_view path, PathPolicy policy, char* out) {
  char* to = out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '\\') return malformed("backslash in the path");
    if (path[i] != '%') {
      *to++ = path[i];
      continue;
    }
    const int value = decode_escape(path, i);
    if (value < 0) return malformed("broken percent-encoding in the path");
    if (value == 0) return malformed("encoded NUL in the path");
    const bool slash = value == '/' || value == '\\';
    if (slash && policy.encoded_slash == EncodedSlash::kReject) {
      return malformed("encoded slash in the path");
    }
    i += 2;
    if (has_class(static_cast<char>(value), kHostChar)) {  // exactly RFC 3986 "unreserved"
      *to++ = static_cast<char>(value);
      continue;
    }
    *to++ = '%';
    *to++ = kUpperHex[value >> 4];
    *to++ = kUpperHex[value & 0xf];
  }
  return static_cast<std::size_t>(to - out);
}

// Resolves segments of text[0, length) in place; the result starts with '/'. Returns its length.
Result<std::size_t> resolve_segments(char* text, std::size_t length, PathPolicy policy) {
  std::size_t kept = 0;  // text[0, kept) is done and ends before a '/'
  std::size_t at = 0;    // text[at] is '/'
  while (at < length) {
    const char* const begin = text + at + 1;
    const char* const stop = std::find(begin, static_cast<const char*>(text + length), '/');
    const std::string_view segment(begin, stop);
    const bool last = stop == text + length;
    at += 1 + segment.size();
    if (segment == "..") {
      if (kept == 0) return malformed("path above the root");
      do --kept;
      while (text[kept] != '/');
      if (last) text[kept++] = '/';
    } else if (segment == ".") {
      if (last) text[kept++] = '/';
    } else if (segment.empty() && !last && policy.repeated_slash == RepeatedSlash::kMerge) {
      continue;
    } else {
      text[kept++] = '/';
      std::copy(begin, stop, text + kept);
      kept += segment.size();
    }
  }
  return kept;
}

}  // namespace

Result<std::string_view> normalize_path(std::string_view path, PathPolicy policy, Arena& arena) {
  if (path == "*") return path;
  if (path.empty() || path.front() != '/') return malformed("path does not start with a slash");
  if (is_normal(path, policy)) return path;
  char* const text = arena.allocate_array<char>(path.size());
  TIDEGATE_TRY(decoded, normalize_escapes(path, policy, text));
  TIDEGATE_TRY(length, resolve_segments(text, decoded, policy));
  return std::string_view(text, length);
}

std::optional<std::string_view> percent_decode(std::string_view text, PlusSign plus, Arena& arena) {
  const std::string_view special = plus == PlusSign::kSpace ? "%+" : "%";
  if (text.find_first_of(special) == std::string_view::npos) return text;
  char* const out = arena.allocate_array<char>(text.size());
  char* to = out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int value = decode_escape(text, i);
      if (value < 0) return std::nullopt;
      c = static_cast<char>(value);
      i += 2;
    } else if (c == '+' && plus == PlusSign::kSpace) {
      c = ' ';
    }
    *to++ = c;
  }
  return std::string_view(out, to);
}

std::optional<QueryParameter> QueryReader::next() {
  while (!rest_.empty()) {
    const std::size_t end = std::min(rest_.find('&'), rest_.size());
    const std::string_view part = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    return QueryParameter{part.substr(0, equals), part.substr(std::min(equals + 1, part.size()))};
  }
  return std::nullopt;
}

std::optional<std::string_view> find_query_parameter(std::string_view query, std::string_view name,
                                                     Arena& arena) {
  QueryReader reader(query);
  while (const auto parameter = reader.next()) {
    const std::string_view raw = parameter->name;
    if (percent_decode(raw, PlusSign::kSpace, arena).value_or(raw) != name) continue;
    return percent_decode(parameter->value, PlusSign::kSpace, arena).value_or(parameter->value);
  }
  return std::nullopt;
}

std::string_view remove_query_parameters(std::string_view target,
                                         std::initializer_list<std::string_view> names,
                                         Arena& arena) {
  const auto mark = target.find('?');
  if (mark == target.npos) return target;
  char* const made = arena.allocate_array<char>(target.size());
  char* end = std::ranges::copy(target.substr(0, mark), made).out;
  std::string_view rest = target.substr(mark + 1);
  char separator = '?';
  bool removed = false;
  while (!rest.empty()) {
    const auto next = rest.find('&');
    const std::string_view part = rest.substr(0, next);
    rest.remove_prefix(next == rest.npos ? rest.size() : next + 1);
    const std::string_view raw = part.substr(0, part.find('='));
    const auto name = percent_decode(raw, PlusSign::kSpace, arena).value_or(raw);
    if (std::ranges::find(names, name) != names.end()) {
      removed = true;
      continue;
    }
    *end++ = separator;
    separator = '&';
    end = std::ranges::copy(part, end).out;
  }
  return removed ? std::string_view(made, static_cast<std::size_t>(end - made)) : target;
}

std::optional<std::string_view> find_match_host(std::string_view authority, Arena& arena) {
  const auto parsed = parse_authority(authority);
  if (!parsed) return std::nullopt;
  std::string_view host = parsed->host;
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  if (std::ranges::none_of(host, [](char c) { return c >= 'A' && c <= 'Z'; })) return host;
  char* const lower = arena.allocate_array<char>(host.size());
  std::ranges::transform(host, lower, to_lower);
  return std::string_view(lower, host.size());
}

}  // namespace tidegate::http
