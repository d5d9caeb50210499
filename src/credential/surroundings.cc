#include "credential/surroundings.h"

#include <cstdlib>
#include <fstream>

namespace tidegate::credential {

Result<std::string> SystemSurroundings::read_file(const std::string& path) const {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto size = static_cast<std::size_t>(file.gcount());
  if (!file.is_open() || file.bad()) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, "cannot read " + path);
  }
  if (size > kMaxFileBytes) {
    return fail(ErrorCode::kInvalidConfig, Origin::kInternal, path + " is too long");
  }
  text.resize(size);
  return text;
}

std::string SystemSurroundings::variable(const char* name) const {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace tidegate::credential
