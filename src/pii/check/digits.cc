#include "pii/check/digits.h"

namespace tidegate::pii {

bool luhn(const Digits& digits, int sum) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool doubled = (digits.size() - i) % 2 == 0;
    const int value = digits[i] * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits.size() > 0 && sum % 10 == 0;
}

bool verhoeff(const Digits& digits) {
  static constexpr int kProduct[10][10] = {
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
      {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
      {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
      {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
      {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
  static constexpr int kPermutation[8][10] = {
      {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
      {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
      {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
      {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
  int check = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    check = kProduct[check][kPermutation[i % 8][digits[digits.size() - 1 - i]]];
  }
  return digits.size() > 0 && check == 0;
}

bool mod_11_10(const Digits& digits) {
  if (digits.size() == 0) return false;
  int check = 5;
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    check = ((check == 0 ? 10 : check) * 2) % 11;
    check = (check + digits[i]) % 10;
  }
  check = ((check == 0 ? 10 : check) * 2) % 11;
  return (check + digits.last()) % 10 == 1;
}

bool is_date(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1) return false;
  const bool leap =
      year < 100 ? year % 4 == 0 : (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= kDays[month - 1] + (month == 2 && leap ? 1 : 0);
}

}  // namespace tidegate::pii
