// The files and the environment of this machine.   Thread: any.
#pragma once

#include "credential/http_caller.h"

namespace tidegate::credential {

class SystemSurroundings final : public Surroundings {
 public:
  static constexpr std::size_t kMaxFileBytes = 256 * 1024;

  Result<std::string> read_file(const std::string& path) const override;
  std::string variable(const char* name) const override;
};

}  // namespace tidegate::credential
