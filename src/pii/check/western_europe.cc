// Sources: NHS Data Dictionary; HMRC NIM39110 (NINO); Revenue.ie (PPS); BZSt (Steuer-ID); BSI
// TR-03110 and ICAO 9303 (ID card); Dachverband SV (SVNR); BSV (AHV); INSEE (NIR); FOD BOSA (NRN);
// RvIG (BSN); Agenzia delle Entrate, DM 23/12/1976; Ministerio del Interior (NIF, NIE); AT (NIF).
#include <algorithm>
#include <array>

#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {

bool is_uk_nhs(std::string_view text) {
  const Digits d(text);
  if (d.size() != 10 || d.all_equal()) return false;
  const int check = 11 - d.weighted({10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return check != 10 && d[9] == check % 11;
}

bool is_uk_nino(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 9 || t[8] < 'A' || t[8] > 'D') return false;
  const auto prefix = t.substr(0, 2);
  constexpr std::array<std::string_view, 7> kUnused = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
  return Digits(t.substr(2, 6)).size() == 6 && !std::string_view("DFIQUV").contains(t[0]) &&
         !std::string_view("DFIQUVO").contains(t[1]) && is_letter(t[0]) && is_letter(t[1]) &&
         std::ranges::find(kUnused, prefix) == kUnused.end();
}

bool is_ie_pps(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() < 8 || t.size() > 9) return false;
  const Digits d(t.substr(0, 7));
  if (d.size() != 7) return false;
  int sum = d.weighted({8, 7, 6, 5, 4, 3, 2});
  if (t.size() == 9 && t[8] != 'W') sum += 9 * (t[8] - 'A' + 1);
  return t[7] == "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23];
}

// Ten digits of which one stands twice or three times, and a check digit.
bool is_de_tax_id(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11 || d[0] == 0) return false;
  std::array<int, 10> counts{};
  for (std::size_t i = 0; i < 10; ++i) ++counts[static_cast<std::size_t>(d[i])];
  const auto most = std::ranges::max(counts);
  const auto repeated = std::ranges::count_if(counts, [](int n) { return n > 1; });
  return (most == 2 || most == 3) && repeated == 1 && mod_11_10(d);
}

bool is_de_id_card(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 10 || !is_digit(t[9])) return false;
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  bool has_digit = false;
  for (std::size_t i = 0; i < 9; ++i) {
    sum += base36(t[i]) * kWeights[i % 3];
    has_digit = has_digit || is_digit(t[i]);
  }
  return has_digit && t[9] == '0' + sum % 10;
}

bool is_at_svnr(std::string_view text) {
  const Digits d(text);
  if (d.size() != 10 || d[0] == 0) return false;
  const int check = (d.weighted({3, 7, 9}) + d.weighted({5, 8, 4, 2, 1, 6}, 4)) % 11;
  const int month = d.number(6, 2);
  // Months above 12 are given where a day's numbers are used up.
  return check == d[3] && d.number(4, 2) >= 1 && d.number(4, 2) <= 31 && month >= 1 && month <= 15;
}

bool is_ch_ahv(std::string_view text) {
  const Digits d(text);
  if (d.size() != 13 || d.number(0, 3) != 756) return false;
  return d.weighted({1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1}) % 10 == 0;
}

bool is_fr_nir(std::string_view text) {
  const Compact compact(text);
  std::array<char, 15> digits{};
  const auto t = compact.view();
  if (t.size() != digits.size()) return false;
  std::ranges::copy(t, digits.begin());
  // Corsica: 2A counts as 19, 2B as 18.
  if (t[5] == '2' && (t[6] == 'A' || t[6] == 'B')) {
    digits[5] = '1';
    digits[6] = t[6] == 'A' ? '9' : '8';
  }
  const Digits d(std::string_view(digits.data(), digits.size()));
  if (d.size() != 15) return false;
  const int month = d.number(3, 2);
  const bool born = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
  const bool sex = d[0] == 1 || d[0] == 2 || d[0] == 3 || d[0] == 4 || d[0] == 7 || d[0] == 8;
  return born && sex && d.number(13, 2) == 97 - d.modulo(97, 13);
}

// Born from 2000 on: with a 2 in front.
bool is_be_nrn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11) return false;
  const int month = d.number(2, 2) % 20;
  if (month > 12 || d.number(4, 2) > 31) return false;
  const int rest = d.modulo(97, 9);
  const int later = static_cast<int>((2'000'000'000LL + d.number(0, 9)) % 97);
  return d.number(9, 2) == 97 - rest || d.number(9, 2) == 97 - later;
}

bool is_nl_bsn(std::string_view text) {
  const Digits d(text);
  return d.size() == 9 && !d.all_equal() && d.weighted({9, 8, 7, 6, 5, 4, 3, 2, -1}) % 11 == 0;
}

namespace {

constexpr std::array<int, 36> kOddValues = {1,  0, 5, 7,  9,  13, 15, 17, 19, 21, 1,  0,
                                            5,  7, 9, 13, 15, 17, 19, 21, 2,  4,  18, 20,
                                            11, 3, 6, 8,  12, 14, 16, 10, 22, 25, 24, 23};

}  // namespace

bool is_it_codice_fiscale(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 16 || !std::string_view("ABCDEHLMPRST").contains(t[8])) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int value = base36(t[i]);
    const bool odd = i % 2 == 0;  // counted from one
    sum += odd ? kOddValues[static_cast<std::size_t>(value)] : (value >= 10 ? value - 10 : value);
  }
  return t[15] == 'A' + sum % 26;
}

bool is_es_nif(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 9) return false;
  const Digits d(t.substr(0, 8));
  return d.size() == 8 && !d.all_equal() && t[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[d.number(0, 8) % 23];
}

bool is_es_nie(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 9 || t[0] < 'X' || t[0] > 'Z') return false;
  const Digits d(t.substr(1, 7));
  if (d.size() != 7) return false;
  const int number = (t[0] - 'X') * 10'000'000 + d.number(0, 7);
  return t[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23];
}

bool is_pt_nif(std::string_view text) {
  const Digits d(text);
  if (d.size() != 9 || d.all_equal() ||
      std::string_view("12356789").find(static_cast<char>('0' + d[0])) == std::string_view::npos) {
    return false;
  }
  const int rest = d.weighted({9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return d[8] == (rest < 2 ? 0 : 11 - rest);
}

}  // namespace tidegate::pii
