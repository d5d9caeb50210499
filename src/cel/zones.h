// Named time zones, brought by the host: CEL itself knows only offsets and UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tidegate::cel {

class Zones {
 public:
  // Seconds east of UTC in the zone ("Europe/Berlin") at a time; nothing for a name that is none.
  // Thread: any.
  virtual std::optional<std::int64_t> find_offset(std::string_view name,
                                                  std::int64_t utc_seconds) const = 0;

 protected:
  ~Zones() = default;
};

}  // namespace tidegate::cel
