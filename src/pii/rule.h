// One kind of personal data or secret: how it looks, how it is told from what only looks like it,
// and how sure that makes us. The rules are a table (rules.h).   Thread: immutable data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "pii/check/checks.h"

namespace tidegate::pii {

// What an action is configured for.
enum class Group : std::uint8_t {
  kContact,     // e-mail, phone
  kFinancial,   // cards, accounts, wallets
  kIdentity,    // numbers that states and health services give to people
  kNetwork,     // addresses of machines
  kCredential,  // keys, tokens, passwords
};
inline constexpr std::size_t kGroups = 5;
std::string_view to_string(Group group);

// Where a candidate ends is not always what a pattern can say.
enum class Shape : std::uint8_t {
  kExact,     // as matched
  kEmail,     // from a sign on either side of the @
  kIban,      // as many letters and digits as the country has
  kPhone,     // digits and what people write between them
  kIpv6,      // digits and colons on both sides
  kUrl,       // from the scheme to the end of the authority
  kToken,     // letters, digits, '-' and '_' to the right
  kDotted,    // the same with '.': three parts of a JWT
  kPem,       // up to the line that ends the block
  kAssigned,  // name = value: the value
};

struct Rule {
  std::string_view id;     // "us_ssn"; rules of one id are forms of one thing
  std::string_view label;  // "US_SSN": as placeholders are called
  Group group;
  Shape shape;
  // Hyperscan's PCRE, of limited length, in either case. Word boundaries belong to it.
  std::string_view pattern;
  Check check;  // null: the pattern alone is enough
  // How sure a checked candidate is, in percent; what is below the threshold needs one of the
  // words near it, which add kContextGain.
  int score;
  std::string_view context;  // lower case, between '|'
  // How sure a candidate is that has not passed its check, where the form alone says what it must
  // be: keys printed in examples, or mistyped. 0: it is none.
  int unchecked = 0;
};

inline constexpr int kContextGain = 35;
inline constexpr int kDefaultThreshold = 50;

// All rules; of two that match the same text with the same score the first wins.
std::span<const Rule> personal_rules();  // contact, money, network
std::span<const Rule> identity_rules();
std::span<const Rule> credential_rules();
// Whether some rule has that id.
bool is_rule(std::string_view id);

}  // namespace tidegate::pii
