#include <algorithm>

#include "pii/rule.h"

namespace tidegate::pii {

std::string_view to_string(Group group) {
  switch (group) {
    case Group::kContact:
      return "contact";
    case Group::kFinancial:
      return "financial";
    case Group::kIdentity:
      return "identity";
    case Group::kNetwork:
      return "network";
    case Group::kCredential:
      return "credential";
  }
  return "";
}

bool is_rule(std::string_view id) {
  for (const auto table : {personal_rules(), identity_rules(), credential_rules()}) {
    if (std::ranges::find(table, id, &Rule::id) != table.end()) return true;
  }
  return false;
}

}  // namespace tidegate::pii
