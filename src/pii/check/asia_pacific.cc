// Sources: NVI (TCKN); Israeli Population Registry; DHA (South African ID); UIDAI (Aadhaar); Income
// Tax Department of India (PAN); GB 11643-1999; HK Immigration (HKID); Taiwan MOI; Japan's Order on
// My Number, art. 5; Korea's Resident Registration Act; ICA Singapore; Thai DOPA; ATO (TFN, ABN);
// Services Australia (Medicare); IRD New Zealand.
#include <array>

#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {

bool is_tr_tckn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11 || d[0] == 0) return false;
  const int odd = d[0] + d[2] + d[4] + d[6] + d[8];
  const int even = d[1] + d[3] + d[5] + d[7];
  const int tenth = ((odd * 7 - even) % 10 + 10) % 10;
  return tenth == d[9] && (odd + even + d[9]) % 10 == d[10];
}

bool is_il_id(std::string_view text) {
  const Digits d(text);
  return d.size() == 9 && !d.all_equal() && luhn(d);
}

bool is_za_id(std::string_view text) {
  const Digits d(text);
  return d.size() == 13 && is_date(d.number(0, 2), d.number(2, 2), d.number(4, 2)) && d[10] < 3 &&
         luhn(d);
}

bool is_in_aadhaar(std::string_view text) {
  const Digits d(text);
  return d.size() == 12 && d[0] >= 2 && !d.all_equal() && verhoeff(d);
}

// The fourth letter is the kind of holder.
bool is_in_pan(std::string_view text) {
  return text.size() == 10 && std::string_view("ABCFGHJKLPT").contains(upper(text[3]));
}

bool is_cn_resident_id(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  if (t.size() != 18) return false;
  const Digits d(t.substr(0, 17));
  if (d.size() != 17 || d[0] == 0 || !is_date(d.number(6, 4), d.number(10, 2), d.number(12, 2))) {
    return false;
  }
  const int year = d.number(6, 4);
  const int sum = d.weighted({7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return year >= 1850 && year < 2100 && t[17] == "10X98765432"[sum % 11];
}

bool is_hk_id(std::string_view text) {
  const Compact compact(text);
  auto t = compact.view();
  if (t.size() < 8 || t.size() > 9) return false;
  int sum = 36 * 9;  // of the blank in front of a single letter
  int weight = 8;
  if (t.size() == 9) {
    sum = base36(t[0]) * 9;
    t.remove_prefix(1);
  }
  for (std::size_t i = 0; i < 7; ++i) sum += base36(t[i]) * weight--;
  const int check = (11 - sum % 11) % 11;
  return t[7] == (check == 10 ? 'A' : static_cast<char>('0' + check));
}

bool is_tw_id(std::string_view text) {
  if (text.size() != 10 || !is_letter(text[0])) return false;
  const Digits d(text.substr(1));
  if (d.size() != 9 || (d[0] != 1 && d[0] != 2 && d[0] != 8 && d[0] != 9)) return false;
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVXYWZIO";  // from 10 on
  const int letter = 10 + static_cast<int>(kLetters.find(upper(text[0])));
  return (letter / 10 + letter % 10 * 9 + d.weighted({8, 7, 6, 5, 4, 3, 2, 1, 1})) % 10 == 0;
}

bool is_jp_my_number(std::string_view text) {
  const Digits d(text);
  if (d.size() != 12 || d.all_equal()) return false;
  const int rest = d.weighted({6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return d[11] == (rest <= 1 ? 0 : 11 - rest);
}

// Since October 2020 the last digits are random, so the date and the century must do.
bool is_kr_rrn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 13 || d[6] == 0 || d[6] == 9) return false;
  return is_date(d.number(0, 2), d.number(2, 2), d.number(4, 2));
}

bool is_sg_nric(std::string_view text) {
  if (text.size() != 9) return false;
  const Digits d(text.substr(1, 7));
  if (d.size() != 7) return false;
  const char kind = upper(text[0]);
  int sum = d.weighted({2, 7, 6, 5, 4, 3, 2});
  if (kind == 'T' || kind == 'G') sum += 4;
  if (kind == 'M') sum += 3;
  const auto rest = static_cast<std::size_t>(sum % 11);
  const char check = upper(text[8]);
  switch (kind) {
    case 'S':
    case 'T':
      return check == "JZIHGFEDCBA"[rest];
    case 'F':
    case 'G':
      return check == "XWUTRQPNMLK"[rest];
    case 'M':
      return check == "KLJNPQRTUWX"[10 - rest];
    default:
      return false;
  }
}

bool is_th_id(std::string_view text) {
  const Digits d(text);
  if (d.size() != 13 || d[0] == 0 || d.all_equal()) return false;
  return (11 - d.weighted({13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11) % 10 == d[12];
}

bool is_au_tfn(std::string_view text) {
  const Digits d(text);
  if (d.all_equal()) return false;
  if (d.size() == 9) return d.weighted({1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
  return d.size() == 8 && d.weighted({10, 7, 8, 4, 6, 3, 5, 1}) % 11 == 0;
}

bool is_au_abn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11 || d[0] == 0) return false;
  return (d.weighted({10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19}) - 10) % 89 == 0;
}

bool is_au_medicare(std::string_view text) {
  const Digits d(text);
  if (d.size() < 10 || d.size() > 11 || d[0] < 2 || d[0] > 6) return false;
  return d.weighted({1, 3, 7, 9, 1, 3, 7, 9}) % 10 == d[8];
}

bool is_nz_ird(std::string_view text) {
  const Digits d(text);
  if (d.size() < 8 || d.size() > 9 || d.all_equal()) return false;
  const int number = d.number(0, d.size());
  if (number < 10'000'000 || number > 150'000'000) return false;
  const std::size_t at = d.size() - 8;
  const int lead = at == 1 ? d[0] : 0;
  const auto check = [&](int first, std::initializer_list<int> weights) {
    return (11 - (lead * first + d.weighted(weights, at)) % 11) % 11;
  };
  int digit = check(3, {2, 7, 6, 5, 4, 3, 2});
  if (digit == 10) digit = check(7, {4, 3, 2, 5, 2, 7, 6});
  return digit == d.last();
}

}  // namespace tidegate::pii
