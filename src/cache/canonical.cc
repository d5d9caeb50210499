#include "cache/canonical.h"

#include <algorithm>
#include <vector>

#include "json/cursor.h"
#include "json/text.h"
#include "json/value.h"

namespace tidegate::cache {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The inside of a string. Half a pair of surrogates has no plain form: such a string stays as it is
// spelled.
void append_string(std::string_view raw, std::string& out) {
  if (!raw.contains('\\')) {
    out += raw;
    return;
  }
  std::string plain(raw);
  plain.resize(json::decode_escapes(raw, plain.data()));
  if (plain.contains(kReplacement)) {
    out += raw;
  } else {
    json::append_escaped(out, plain);
  }
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

class Canonical {
 public:
  explicit Canonical(std::string& out) : out_(out) {}

  bool append(std::string_view value, std::span<const std::string_view> left_out, int depth) {
    value = trim(value);
    if (json::is_object(value)) return depth != 0 && append_object(value, left_out, depth - 1);
    if (json::is_array(value)) return depth != 0 && append_array(value, depth - 1);
    if (!json::is_string(value)) {
      out_ += value;
      return true;
    }
    out_ += '"';
    append_string(json::unquote(value), out_);
    out_ += '"';
    return true;
  }

 private:
  struct Member {
    std::string name;  // canonical, without quotes
    std::string_view value;
  };

  bool append_object(std::string_view object, std::span<const std::string_view> left_out,
                     int depth) {
    std::vector<Member> members;
    json::ObjectCursor cursor(object);
    while (const auto item = cursor.next()) {
      Member member;
      append_string(item->name, member.name);
      if (std::ranges::find(left_out, member.name) != left_out.end()) continue;
      member.value = item->value;
      members.push_back(std::move(member));
    }
    std::ranges::sort(members, [](const Member& a, const Member& b) {
      return a.name != b.name ? a.name < b.name : a.value.data() < b.value.data();
    });
    out_ += '{';
    bool first = true;
    for (const Member& member : members) {
      if (!first) out_ += ',';
      first = false;
      out_.append("\"").append(member.name).append("\":");
      if (!append(member.value, {}, depth)) return false;
    }
    out_ += '}';
    return true;
  }

  bool append_array(std::string_view array, int depth) {
    json::ArrayCursor cursor(array);
    out_ += '[';
    bool first = true;
    while (const auto element = cursor.next()) {
      if (!first) out_ += ',';
      first = false;
      if (!append(*element, {}, depth)) return false;
    }
    out_ += ']';
    return true;
  }

  std::string& out_;
};

}  // namespace

bool append_canonical(std::string_view document, std::span<const std::string_view> left_out,
                      std::string& out) {
  return Canonical(out).append(document, left_out, kMaxCanonicalDepth);
}

}  // namespace tidegate::cache
