// The time zones that an expression names: "Europe/Berlin". Read once, when the expression is
// checked, so that nothing waits for a disk when it is decided.   Thread: immutable.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cel/zone_data.h"
#include "cel/zones.h"

namespace tidegate::pipeline {

class NamedZones final : public cel::Zones {
 public:
  // Those among the string literals of the expression that are names of zones, out of the system's
  // data: $TZDIR, else /usr/share/zoneinfo. A name that is computed is not found later.
  // Errors: kInvalidConfig where a literal is the zone of a getter ("time.getHours(\"Mars\")") and
  // there is none of that name; UTC and offsets need no data.
  static Result<NamedZones> load_for(std::string_view expression);

  std::optional<std::int64_t> find_offset(std::string_view name,
                                          std::int64_t utc_seconds) const override;

 private:
  std::map<std::string, cel::ZoneData, std::less<>> by_name_;
};

}  // namespace tidegate::pipeline
