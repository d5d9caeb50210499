// One named time zone, from the bytes of its TZif file (as /usr/share/zoneinfo has them).
// Thread: immutable.
// Source: RFC 9636.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cel/posix_zone.h"

namespace tidegate::cel {

class ZoneData {
 public:
  // Nothing for bytes that are no TZif file of version 2 or later.
  static std::optional<ZoneData> parse(std::string_view bytes);

  // Seconds east of UTC at a time.
  std::int64_t find_offset(std::int64_t utc_seconds) const;

 private:
  struct Transition {
    std::int64_t at;      // from then on
    std::int64_t offset;  // seconds east of UTC
  };
  std::vector<Transition> transitions_;  // ascending
  std::int64_t first_offset_ = 0;        // before all of them
  std::optional<PosixZone> after_;       // once all of them are past
};

}  // namespace tidegate::cel
