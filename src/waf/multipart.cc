#include "waf/multipart.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"
#include "http/header_map.h"

namespace tidegate::waf {
namespace {

constexpr std::size_t kMaxBoundary = 70;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_boundary(std::string_view text) {
  const auto allowed = [](char c) {
    return is_digit(c) || is_letter(c) || std::string_view("'()+_,-./:=? ").contains(c);
  };
  return !text.empty() && text.size() <= kMaxBoundary && text.back() != ' ' &&
         std::ranges::all_of(text, allowed);
}

struct Parameter {
  std::string_view name;
  std::string_view value;
};

// Reads "; name=value" pairs, one after the other.
class ParameterReader {
 public:
  ParameterReader(std::string_view text, Arena& arena) : rest_(text), arena_(arena) {}

  // Nothing: no more, or what comes is none; see clean().
  std::optional<Parameter> next() {
    rest_ = trim(rest_);
    if (rest_.empty()) return std::nullopt;
    const auto equals = rest_.find('=');
    if (rest_.front() != ';' || equals == rest_.npos) return stop();
    const auto name = trim(rest_.substr(1, equals - 1));
    rest_ = trim(rest_.substr(equals + 1));
    if (name.empty() || name.contains(';')) return stop();
    if (!rest_.empty() && rest_.front() == '"') return Parameter{name, quoted()};
    const auto end = std::min(rest_.find(';'), rest_.size());
    const auto value = trim(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (value.contains('"') || value.contains(' ')) clean_ = false;
    return Parameter{name, value};
  }
  bool clean() const { return clean_; }

 private:
  std::optional<Parameter> stop() {
    clean_ = false;
    rest_ = {};
    return std::nullopt;
  }

  // Browsers write %22 for a quote; others a backslash before it, and old ones leave backslashes of
  // paths alone. So a backslash is one way to read it, and told where it hides the end.
  std::string_view quoted() {
    std::size_t end = 1;
    bool escaped = false;
    while (end < rest_.size() && rest_[end] != '"') {
      if (rest_[end] == '\\' && end + 1 < rest_.size() && rest_[end + 1] == '"') {
        escaped = true;
        ++end;
      }
      ++end;
    }
    if (escaped) clean_ = false;
    if (end >= rest_.size()) {
      clean_ = false;
      end = rest_.size();
    }
    const auto value = rest_.substr(1, end - 1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return decode_name(value);
  }

  // RFC 7578 4.2 and WHATWG: percent escapes of quotes and line breaks in names.
  std::string_view decode_name(std::string_view value) {
    if (!value.contains('%')) return value;
    auto* const out = static_cast<char*>(arena_.allocate(value.size(), 1));
    std::size_t size = 0;
    for (std::size_t at = 0; at < value.size(); ++at) {
      const auto three = value.substr(at, 3);
      const bool escape = three == "%22" || three == "%0D" || three == "%0A";
      out[size++] = !escape ? value[at] : three == "%22" ? '"' : three == "%0D" ? '\r' : '\n';
      if (escape) at += 2;
    }
    return {out, size};
  }

  std::string_view rest_;
  Arena& arena_;
  bool clean_ = true;
};

// The head of one part.
struct PartHead {
  std::optional<std::string_view> name;
  std::optional<std::string_view> file_name;
  std::string_view media_type;
};

class MultipartReader {
 public:
  MultipartReader(std::string_view body, std::string_view boundary, Arena& arena, Parts& out)
      : rest_(body), delimiter_("\r\n--" + std::string(boundary)), arena_(arena), out_(out) {}

  bool read() {
    const auto opening = std::string_view(delimiter_).substr(2);
    if (!rest_.starts_with(opening)) {
      clean_ = false;  // a preamble, which some take for a part
      const auto first = rest_.find(opening);
      if (first == rest_.npos) return false;
      rest_.remove_prefix(first);
    }
    rest_.remove_prefix(opening.size());
    for (std::size_t parts = 0; !rest_.starts_with("--"); ++parts) {
      if (parts == kMaxFormParts) {
        out_.add(Flaw::kTooManyParts);
        return false;
      }
      if (!read_part()) return false;
    }
    // Behind the last delimiter nothing but a line break is written by anybody.
    rest_.remove_prefix(2);
    return clean_ && (rest_.empty() || rest_ == "\r\n");
  }

 private:
  // A line without its end; a bare line feed ends one too, and is told.
  std::string_view take_line() {
    const auto end = rest_.find('\n');
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    } else {
      clean_ = false;
    }
    return line;
  }

  // False: the body ends here.
  bool read_part() {
    if (!take_line().empty()) clean_ = false;
    PartHead head;
    for (auto line = take_line(); !line.empty(); line = take_line()) read_field(line, head);
    // An empty part has its delimiter right behind the head.
    const auto bare = std::string_view(delimiter_).substr(2);
    const auto end = rest_.starts_with(bare) ? 0 : rest_.find(delimiter_);
    const auto content = rest_.substr(0, end);
    if (content.contains(bare)) clean_ = false;  // a delimiter, for some
    add(head, content);
    if (end == rest_.npos) {
      clean_ = false;
      return false;
    }
    rest_.remove_prefix(end + (rest_.starts_with(bare) ? bare.size() : delimiter_.size()));
    return true;
  }

  void read_field(std::string_view line, PartHead& head) {
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0 || is_blank(line.front()) || is_blank(line[colon - 1])) {
      clean_ = false;  // no field, or a folded one
      return;
    }
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (http::iequals(name, "content-disposition")) {
      read_disposition(value, head);
    } else if (http::iequals(name, "content-type")) {
      if (!head.media_type.empty()) clean_ = false;
      head.media_type = trim(value.substr(0, value.find(';')));
    } else if (http::iequals(name, "content-transfer-encoding")) {
      clean_ = clean_ && !http::iequals(value, "base64") &&
               !http::iequals(value, "quoted-printable");  // RFC 7578 4.7
    }
  }

  void read_disposition(std::string_view value, PartHead& head) {
    const auto semicolon = std::min(value.find(';'), value.size());
    if (head.name || !http::iequals(trim(value.substr(0, semicolon)), "form-data")) clean_ = false;
    ParameterReader parameters(value.substr(semicolon), arena_);
    while (const auto one = parameters.next()) {
      const auto take = [&](std::optional<std::string_view>& into) {
        if (into) clean_ = false;
        into = one->value;
      };
      if (http::iequals(one->name, "name")) take(head.name);
      if (http::iequals(one->name, "filename")) take(head.file_name);
      if (one->name.ends_with('*')) {
        clean_ = false;  // RFC 7578 4.2 forbids filename*, and some read it first
        head.file_name = one->value;
      }
    }
    clean_ = clean_ && parameters.clean();
  }

  void add(const PartHead& head, std::string_view content) {
    using guard::Channel;
    if (!head.name) clean_ = false;
    const auto name = head.name.value_or("");
    out_.add(Channel::kName, name, name);
    if (head.file_name) {
      out_.add(Channel::kFileName, name, *head.file_name);
      // An empty control of a form.
      if (head.file_name->empty() && content.empty()) return;
      out_.uploads.push_back({name, *head.file_name, head.media_type, content});
    } else {
      out_.add(Channel::kField, name, content);
    }
  }

  std::string_view rest_;
  std::string delimiter_;
  Arena& arena_;
  Parts& out_;
  bool clean_ = true;
};

}  // namespace

std::optional<std::string_view> find_boundary(std::string_view content_type) {
  Arena unused;
  const auto semicolon = content_type.find(';');
  if (semicolon == content_type.npos) return std::nullopt;
  ParameterReader parameters(content_type.substr(semicolon), unused);
  std::optional<std::string_view> found;
  while (const auto one = parameters.next()) {
    if (!http::iequals(one->name, "boundary")) continue;
    if (found) return std::nullopt;
    found = one->value;
  }
  if (!found || !is_boundary(*found)) return std::nullopt;
  return found;
}

bool read_multipart(std::string_view body, std::string_view boundary, Arena& arena, Parts& out) {
  return MultipartReader(body, boundary, arena, out).read();
}

}  // namespace tidegate::waf
