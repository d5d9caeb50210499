// What a server of PostgreSQL says ends alike in any split, and gives no more rows than were asked
// for.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "postgres/dialogue.h"

namespace {

using namespace tidegate;
using Connection = pipeline::Dialogue::Connection;

std::string read(std::string_view bytes, std::size_t piece, Connection connection) {
  postgres::Login login{"u", Secret("p"), "d", {}, postgres::PlainPassword::kAllowed};
  postgres::Dialogue dialogue(login, {"SELECT $1", {"x"}, 4, 4096});
  std::string say = dialogue.begin(connection);
  std::size_t used = 0;
  while (used < bytes.size()) {
    const std::string_view next = bytes.substr(used, piece);
    used += next.size();
    const auto progress = dialogue.take(next, say);
    if (!progress) return "!";
    if (*progress != pipeline::Dialogue::Progress::kDone) continue;
    // A connection on which more comes is not kept.
    if (used < bytes.size()) return "!";
    const auto rows = dialogue.take_rows();
    if (!rows) return rows.error().detail;
    TIDEGATE_CHECK(rows->size() <= 4);
    std::string out = "rows";
    for (const auto& row : *rows) {
      out += "\n";
      for (const auto& column : row) out += column.value_or("NULL") + ",";
    }
    return out;
  }
  return "waits";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto connection = (data[0] & 1) != 0 ? Connection::kNew : Connection::kUsed;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                               std::min<std::size_t>(size - 1, 4096));
  const std::string whole = read(bytes, bytes.size() + 1, connection);
  TIDEGATE_CHECK(read(bytes, 1, connection) == whole);
  TIDEGATE_CHECK(read(bytes, 7, connection) == whole);
  return 0;
}
