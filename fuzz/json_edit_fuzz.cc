// Edits of a valid document: the result is a valid document, and reads back as what was asked for.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/edit.h"
#include "json/scan.h"

namespace {

constexpr tidegate::json::Selection kPaths{"a", "b"};
constexpr tidegate::json::Selection kAdded{"\x01 added"};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidegate;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::array<json::Member, kPaths.size()> members;
  const auto object = json::scan_object(text, kPaths, members, Origin::kDownstream);
  if (!object) return 0;
  Arena arena;

  json::Edit unchanged(text);
  require(unchanged.to_string() == text);

  json::Edit edit(text);
  if (members[0].present()) edit.replace(members[0].value, "[1]");
  json::append_member(edit, text, *object, R"("\u0001 added":"x")", arena);
  const auto edited = edit.to_string();
  require(edited.size() == edit.size());
  std::array<json::Member, kPaths.size()> after;
  require(json::scan_object(edited, kPaths, after, Origin::kDownstream).has_value());
  if (members[0].present()) require(after[0].value.of(edited) == "[1]");
  if (members[1].present()) require(after[1].value.of(edited) == members[1].value.of(text));
  std::array<json::Member, 1> added;
  if (json::scan_object(edited, kAdded, added, Origin::kDownstream)) {
    require(added[0].value.of(edited) == "\"x\"");
  }

  if (!members[0].present()) return 0;
  json::Edit removal(text);
  json::remove_member(removal, text, members[0]);
  const auto removed = removal.to_string();
  require(json::scan_object(removed, kPaths, after, Origin::kDownstream).has_value());
  require(!after[0].present());
  require(after[1].present() == members[1].present());
  return 0;
}
