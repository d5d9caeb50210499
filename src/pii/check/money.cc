// Sources: ISO/IEC 7812 and the networks' ranges (2026); SWIFT IBAN registry release 99; ABA
// routing number policy; BIP 173, BIP 350, Bitcoin base 58 addresses; EIP-55.
#include <algorithm>
#include <array>

#include "pii/check/checks.h"
#include "pii/check/coins.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

struct Network {
  int first;  // of the first four digits
  int last;
  std::size_t shortest;
  std::size_t longest;
};

constexpr Network kNetworks[] = {
    {1800, 1800, 15, 15},  // JCB, old
    {2131, 2131, 15, 15},  // JCB, old
    {2200, 2204, 16, 19},  // Mir
    {2221, 2720, 16, 16},  // Mastercard
    {3000, 3059, 14, 19},  // Diners Club
    {3095, 3095, 14, 19},  //
    {3400, 3499, 15, 15},  // American Express
    {3500, 3599, 16, 19},  // JCB
    {3600, 3699, 14, 19},  // Diners Club
    {3700, 3799, 15, 15},  // American Express
    {3800, 3999, 14, 19},  // Diners Club
    {4000, 4999, 13, 19},  // Visa
    {5000, 5099, 12, 19},  // Maestro
    {5100, 5599, 16, 16},  // Mastercard
    {5600, 5899, 12, 19},  // Maestro
    {6011, 6011, 16, 19},  // Discover
    {6012, 6399, 12, 19},  // Maestro, UnionPay
    {6440, 6599, 16, 19},  // Discover
    {6600, 6999, 12, 19},  // Maestro
    {8100, 8171, 16, 19},  // UnionPay
};

struct IbanLength {
  std::string_view country;
  std::size_t length;
};

constexpr std::array kIbanLengths = std::to_array<IbanLength>(
    {{"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
     {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
     {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
     {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
     {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
     {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
     {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
     {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
     {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
     {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
     {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
     {"YE", 30}});

}  // namespace

bool is_card(std::string_view text) {
  const Digits d(text);
  if (d.size() < 12 || d.all_equal() || !luhn(d)) return false;
  const int prefix = d.number(0, 4);
  return std::ranges::any_of(kNetworks, [&](const Network& network) {
    return prefix >= network.first && prefix <= network.last && d.size() >= network.shortest &&
           d.size() <= network.longest;
  });
}

bool is_iban(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() < 15) return false;
  const auto row = std::ranges::lower_bound(kIbanLengths, t.substr(0, 2), {}, &IbanLength::country);
  if (row == kIbanLengths.end() || row->country != t.substr(0, 2) || row->length != t.size()) {
    return false;
  }
  int rest = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    const int value = base36(t[(i + 4) % t.size()]);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest == 1;
}

bool is_us_aba(std::string_view text) {
  const Digits d(text);
  if (d.size() != 9) return false;
  const int district = d.number(0, 2);
  const bool issued = district <= 12 || (district >= 21 && district <= 32) ||
                      (district >= 61 && district <= 72) || district == 80;
  return issued && !d.all_equal() && d.weighted({3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0;
}

bool is_bitcoin(std::string_view text) {
  return text[0] == '1' || text[0] == '3' ? is_base58_address(text) : is_bech32_address(text);
}

bool is_ethereum(std::string_view text) { return is_eip55_address(text); }

}  // namespace tidegate::pii
