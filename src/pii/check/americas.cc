// Sources: SSA "Social Security Number Randomization"; IRS "ITIN" ranges; CMS "NPI check digit" and
// "MBI format"; Service Canada (SIN); RENAPO (CURP); Receita Federal (CPF, CNPJ); AFIP (CUIT);
// Registro Civil (RUT).
#include <algorithm>

#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {

bool is_us_ssn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 9 || d.all_equal()) return false;
  const int area = d.number(0, 3);
  // Never issued; the last two are printed in examples.
  const bool issued =
      area != 0 && area != 666 && area < 900 && d.number(3, 2) != 0 && d.number(5, 4) != 0;
  const int number = d.number(0, 9);
  return issued && number != 123456789 && number != 78051120 && number != 219099999;
}

bool is_unissued_us_ssn(std::string_view text) {
  const Digits d(text);
  return d.size() == 9 && d[0] == 9 && !d.all_equal() && d.number(3, 2) != 0 && d.number(5, 4) != 0;
}

bool is_us_itin(std::string_view text) {
  const Digits d(text);
  if (d.size() != 9 || d[0] != 9) return false;
  const int group = d.number(3, 2);
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
         (group >= 90 && group <= 92) || (group >= 94 && group <= 99);
}

bool is_us_npi(std::string_view text) {
  const Digits d(text);
  // The Luhn sum of the prefix 80840, which is not written.
  return d.size() == 10 && (d[0] == 1 || d[0] == 2) && luhn(d, 24);
}

// C A AN N A AN N A A N N, without the letters that look like digits.
bool is_us_mbi(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 11 || t[0] == '0') return false;
  constexpr std::string_view kShape = "NAXNAXNAANN";
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (std::string_view("SLOIBZ").contains(t[i])) return false;
    if (kShape[i] == 'N' && !is_digit(t[i])) return false;
    if (kShape[i] == 'A' && !is_letter(t[i])) return false;
  }
  return true;
}

bool is_ca_sin(std::string_view text) {
  const Digits d(text);
  return d.size() == 9 && d[0] != 0 && d[0] != 8 && !d.all_equal() && luhn(d);
}

bool is_mx_curp(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 18) return false;
  const Digits date(t.substr(4, 6));
  if (date.size() != 6 || !is_date(date.number(0, 2), date.number(2, 2), date.number(4, 2))) {
    return false;
  }
  // Behind N comes the letter with the tilde, which is never written but counted.
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    const int value = base36(t[i]);
    sum += (value > base36('N') ? value + 1 : value) * (18 - static_cast<int>(i));
  }
  return t[17] == '0' + (10 - sum % 10) % 10;
}

namespace {

int check_of_11(int sum) { return sum % 11 < 2 ? 0 : 11 - sum % 11; }

}  // namespace

bool is_br_cpf(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11 || d.all_equal()) return false;
  return d[9] == check_of_11(d.weighted({10, 9, 8, 7, 6, 5, 4, 3, 2})) &&
         d[10] == check_of_11(d.weighted({11, 10, 9, 8, 7, 6, 5, 4, 3, 2}));
}

bool is_br_cnpj(std::string_view text) {
  const Digits d(text);
  if (d.size() != 14 || d.all_equal()) return false;
  return d[12] == check_of_11(d.weighted({5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2})) &&
         d[13] == check_of_11(d.weighted({6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2}));
}

bool is_ar_cuit(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11) return false;
  constexpr int kTypes[] = {20, 23, 24, 27, 30, 33, 34};
  int check = (11 - d.weighted({5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  if (check == 10) check = 9;
  return std::ranges::find(kTypes, d.number(0, 2)) != std::end(kTypes) && d[10] == check;
}

bool is_cl_rut(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() < 8 || t.size() > 9) return false;
  const Digits d(t.substr(0, t.size() - 1));
  if (d.size() + 1 != t.size() || d.all_equal()) return false;
  int sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    sum += d[d.size() - 1 - i] * (2 + static_cast<int>(i % 6));
  }
  return t.back() == "0K987654321"[sum % 11];
}

}  // namespace tidegate::pii
