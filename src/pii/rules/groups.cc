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

}  // namespace tidegate::pii
