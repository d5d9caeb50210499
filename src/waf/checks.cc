#include "waf/checks.h"

#include <algorithm>
#include <array>

#include "waf/upload.h"

namespace tidegate::waf {
namespace {

struct Row {
  std::string_view id;
  guard::Severity severity;
  int paranoia;
};

using enum guard::Severity;

// By Check.
constexpr std::array<Row, kChecks> kRows = {{{"protocol.too-many-parts", kCritical, 1},
                                             {"protocol.broken-escape", kNotice, 2},
                                             {"protocol.multipart", kCritical, 1},
                                             {"protocol.json", kCritical, 1},
                                             {"protocol.body-cut", kNotice, 2},
                                             {"protocol.body-of-get", kWarning, 2},
                                             {"protocol.nul", kCritical, 1},
                                             {"protocol.control-character", kWarning, 2},
                                             {"protocol.double-encoding", kWarning, 2},
                                             {"upload.executable", kCritical, 1},
                                             {"upload.name-mismatch", kError, 1},
                                             {"upload.type-mismatch", kWarning, 1},
                                             {"upload.too-large", kCritical, 1},
                                             {"upload.too-many-files", kCritical, 1},
                                             {"upload.not-allowed", kCritical, 1}}};

}  // namespace

std::span<const guard::Rule> check_rules() {
  static const auto all = [] {
    std::vector<guard::Rule> rules;
    for (const auto& row : kRows) {
      auto& rule = rules.emplace_back();
      rule.id = row.id;
      rule.category = row.id.substr(0, row.id.find('.'));
      rule.severity = row.severity;
      rule.paranoia = row.paranoia;
    }
    return rules;
  }();
  return all;
}

Check check_of(Flaw flaw) {
  switch (flaw) {
    case Flaw::kTooManyParts:
      return Check::kTooManyParts;
    case Flaw::kBrokenEscape:
      return Check::kBrokenEscape;
    case Flaw::kMultipart:
      return Check::kMultipart;
    case Flaw::kJson:
      return Check::kJson;
    case Flaw::kBodyCut:
      return Check::kBodyCut;
    case Flaw::kBodyOfGet:
      return Check::kBodyOfGet;
  }
  return Check::kMultipart;
}

void check_upload(const Upload& upload, const UploadPolicy& policy, std::vector<Check>& out) {
  if (upload.content.size() > policy.max_file_bytes) out.push_back(Check::kTooLarge);
  if (upload.content.empty()) return;
  const auto* const format = find_format(upload.content);
  if (policy.allowed.empty()) {
    if (format != nullptr && format->executable) out.push_back(Check::kExecutable);
  } else if (format == nullptr ||
             std::ranges::find(policy.allowed, format->name) == policy.allowed.end()) {
    out.push_back(Check::kNotAllowed);
  }
  if (!fits_name(format, upload.file_name)) out.push_back(Check::kNameMismatch);
  if (!fits_type(format, upload.media_type)) out.push_back(Check::kTypeMismatch);
}

}  // namespace tidegate::waf
