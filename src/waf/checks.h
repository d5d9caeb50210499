// What is judged without a pattern: flaws of the request itself, and files.
//
// Checks are rules: they have ids, count and are excluded as others are.   Thread: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "guard/rule.h"
#include "waf/part.h"

namespace tidegate::waf {

enum class Check : std::uint8_t {
  kTooManyParts,
  kBrokenEscape,
  kMultipart,
  kJson,
  kBodyCut,
  kBodyOfGet,
  kNul,
  kControlCharacter,
  kDoubleEncoding,
  kExecutable,
  kNameMismatch,
  kTypeMismatch,
  kTooLarge,
  kTooManyFiles,
  kNotAllowed,
};
inline constexpr std::size_t kChecks = 15;

// By Check.
std::span<const guard::Rule> check_rules();

Check check_of(Flaw flaw);

// What files may be.
struct UploadPolicy {
  std::uint64_t max_file_bytes = 16 * 1024 * 1024;
  std::uint64_t max_files = 32;
  std::vector<std::string> allowed;  // names of formats; empty: all but programs
};

// Appends what is wrong with a file.
void check_upload(const Upload& upload, const UploadPolicy& policy, std::vector<Check>& out);

}  // namespace tidegate::waf
