#include "json/scan.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>

#include "json/long_string_index.h"
#include "json/text.h"
#include "json/value.h"
#include "json/walker.h"

namespace tidegate::json {
namespace {

using Indexer = std::unique_ptr<simdjson::internal::dom_parser_implementation>;

// Scratch space above this stays only for one document: it takes up to 4 bytes for each of the
// text.
constexpr std::size_t kKeptCapacity = 1024 * 1024;

Indexer make_indexer(std::size_t capacity) {
  Indexer indexer;
  const simdjson::implementation* implementation = simdjson::get_active_implementation();
  if (implementation->create_dom_parser_implementation(capacity, 1, indexer)) return nullptr;
  return indexer;
}

// The indexer of this thread for small documents, grown in steps; `large` owns one for a big
// document.
simdjson::internal::dom_parser_implementation* find_indexer(std::size_t size, Indexer& large) {
  thread_local Indexer kept;
  if (size > kKeptCapacity) {
    large = make_indexer(size);
    return large.get();
  }
  if (!kept || kept->capacity() < size) {
    kept = make_indexer(std::bit_ceil(std::max<std::size_t>(size, 16 * 1024)));
  }
  return kept.get();
}

// Cold path: says where and why the vectorised index refused the text.
ScanFailure explain_index_failure(std::string_view text) {
  const auto utf8 = find_invalid_utf8(text);
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < utf8; ++i) {
    const char c = text[i];
    if (open && static_cast<unsigned char>(c) < 0x20) {
      return {i, "a control character must be escaped"};
    }
    if (open && c == '\\') {
      ++i;
    } else if (c == '"') {
      open = open ? std::nullopt : std::optional(i);
    }
  }
  if (utf8 < text.size()) return {utf8, "invalid UTF-8"};
  if (open) return {*open, "this string does not end"};
  return {text.size(), "unexpected end"};
}

std::unexpected<Error> malformed(const ScanFailure& failure, Origin origin) {
  return fail(ErrorCode::kMalformed, origin,
              fmt::format("JSON error at byte {}: {}", failure.at, failure.what));
}

enum class Root : std::uint8_t { kObject, kAny };

// What Walker needs of a document.
struct Structure {
  std::span<const std::uint32_t> index;
  std::size_t first_backslash;
};

// The structure of a document. Valid until the next call on this thread, and while `large` lives.
Result<Structure> find_structure(std::string_view text, Indexer& large, Origin origin) {
  if (text.size() >= LongStringIndex::kMinBytes) {
    thread_local LongStringIndex strings;
    const auto outcome = strings.build(text);
    if (outcome == LongStringIndex::Outcome::kIndexed) {
      return Structure{strings.positions(), strings.first_backslash()};
    }
    if (outcome == LongStringIndex::Outcome::kBroken) {
      return malformed(explain_index_failure(text), origin);
    }
  }
  auto* indexer = find_indexer(text.size(), large);
  if (indexer == nullptr) return fail(ErrorCode::kInternal, Origin::kInternal, "JSON index memory");
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (indexer->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return malformed(explain_index_failure(text), origin);
  }
  const std::span<const std::uint32_t> index(indexer->structural_indexes.get(),
                                             indexer->n_structural_indexes);
  return Structure{index, std::min(text.find('\\'), text.size())};
}

Result<Range> scan(std::string_view text, const Selection& selection, std::span<Member> members,
                   Root root, Origin origin) {
  if (text.empty()) return malformed({0, "the document is empty"}, origin);
  if (text.size() >= std::numeric_limits<std::uint32_t>::max() - 64) {
    return malformed({0, "the document is too large"}, origin);
  }
  Indexer large;
  TIDEGATE_TRY(structure, find_structure(text, large, origin));
  const auto index = structure.index;
  if (root == Root::kObject && text[index[0]] != '{') {
    return malformed({index[0], "an object is expected"}, origin);
  }
  Walker walker(text, index, structure.first_backslash, selection, members);
  const auto range = walker.walk();
  if (!range) return malformed(walker.failure(), origin);
  return *range;
}

}  // namespace

Result<Range> scan_object(std::string_view text, const Selection& selection,
                          std::span<Member> members, Origin origin) {
  for (std::size_t i = 0; i < selection.size(); ++i) members[i] = Member();
  return scan(text, selection, members, Root::kObject, origin);
}

Result<Range> validate(std::string_view text, Origin origin) {
  static constexpr Selection kNothing{};
  return scan(text, kNothing, {}, Root::kAny, origin);
}

std::optional<std::string_view> find_string(std::string_view text, const Member& member,
                                            Arena& arena) {
  if (!member.is_string()) return std::nullopt;
  const auto raw = text.substr(member.value.begin + 1, member.value.size() - 2);
  if (!member.escaped) return raw;
  char* out = arena.allocate_array<char>(raw.size());
  return std::string_view(out, decode_escapes(raw, out));
}

std::optional<std::uint64_t> find_uint(std::string_view text, const Member& member) {
  if (member.kind != Kind::kNumber) return std::nullopt;
  return parse_uint(member.value.of(text));
}

std::optional<bool> find_bool(const Member& member) {
  if (!member.is_bool()) return std::nullopt;
  return member.kind == Kind::kTrue;
}

}  // namespace tidegate::json
