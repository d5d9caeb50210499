// Sources: Skatteverket SKV 704 (personnummer); DVV (henkilötunnus); CPR-kontoret; Skatteetaten;
// MSWiA (PESEL), MF (NIP); MV CR (rodné číslo); DEPABD (CNP); GRAO (EGN); OIB law; EVS 585 and
// Lithuanian code; IDIKA (AMKA).
#include <array>

#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {

// Twelve digits with the century or ten without. A day above 60 is a coordination number.
bool is_se_personnummer(std::string_view text) {
  Compact compact(text);
  auto t = compact.view();
  if (t.size() == 12) t.remove_prefix(2);
  const Digits d(t);
  if (d.size() != 10) return false;
  const int day = d.number(4, 2);
  return is_date(d.number(0, 2), d.number(2, 2), day > 60 ? day - 60 : day) && luhn(d);
}

bool is_fi_hetu(std::string_view text) {
  if (text.size() != 11) return false;
  const Digits date(text.substr(0, 6));
  const Digits number(text.substr(7, 3));
  if (date.size() != 6 || number.size() != 3 || number.number(0, 3) < 2) return false;
  const int all = date.number(0, 6) * 1000 + number.number(0, 3);
  return is_date(date.number(4, 2), date.number(2, 2), date.number(0, 2)) &&
         upper(text[10]) == "0123456789ABCDEFHJKLMNPRSTUVWXY"[all % 31];
}

// Since 2007 numbers are issued that fail the old check digit, so the date must do.
bool is_dk_cpr(std::string_view text) {
  const Digits d(text);
  return d.size() == 10 && is_date(d.number(4, 2), d.number(2, 2), d.number(0, 2));
}

bool is_no_fodselsnummer(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11) return false;
  // D numbers add 40 to the day, H numbers to the month.
  const int day = d.number(0, 2) % 40;
  const int month = d.number(2, 2) % 40;
  if (!is_date(d.number(4, 2), month, day)) return false;
  const int first = (11 - d.weighted({3, 7, 6, 1, 8, 9, 4, 5, 2}) % 11) % 11;
  const int second = (11 - d.weighted({5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  return first == d[9] && second == d[10];
}

// The century is added to the month: 80, 0, 20, 40, 60.
bool is_pl_pesel(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11) return false;
  const int month = d.number(2, 2) % 20;
  return is_date(d.number(0, 2), month, d.number(4, 2)) &&
         d.weighted({1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1}) % 10 == 0;
}

bool is_pl_nip(std::string_view text) {
  const Digits d(text);
  return d.size() == 10 && !d.all_equal() && d.weighted({6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == d[9];
}

bool is_cz_rodne_cislo(std::string_view text) {
  const Digits d(text);
  if (d.size() != 10) return false;
  int month = d.number(2, 2);
  if (month > 50) month -= 50;
  if (month > 20) month -= 20;
  if (!is_date(d.number(0, 2), month, d.number(4, 2))) return false;
  return d.modulo(11, 9) % 10 == d[9];
}

bool is_ro_cnp(std::string_view text) {
  const Digits d(text);
  if (d.size() != 13 || d[0] == 0 || !is_date(d.number(1, 2), d.number(3, 2), d.number(5, 2))) {
    return false;
  }
  const int rest = d.weighted({2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
  return d[12] == (rest == 10 ? 1 : rest);
}

bool is_bg_egn(std::string_view text) {
  const Digits d(text);
  if (d.size() != 10) return false;
  const int month = d.number(2, 2) % 20;
  return is_date(d.number(0, 2), month, d.number(4, 2)) &&
         d.weighted({2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10 == d[9];
}

bool is_hr_oib(std::string_view text) {
  const Digits d(text);
  return d.size() == 11 && !d.all_equal() && mod_11_10(d);
}

// Estonia's isikukood and Lithuania's asmens kodas are computed alike.
bool is_baltic_code(std::string_view text) {
  const Digits d(text);
  if (d.size() != 11 || d[0] == 0 || d[0] > 8 ||
      !is_date(d.number(1, 2), d.number(3, 2), d.number(5, 2))) {
    return false;
  }
  int check = d.weighted({1, 2, 3, 4, 5, 6, 7, 8, 9, 1}) % 11;
  if (check == 10) check = d.weighted({3, 4, 5, 6, 7, 8, 9, 1, 2, 3}) % 11 % 10;
  return check == d[10];
}

bool is_gr_amka(std::string_view text) {
  const Digits d(text);
  return d.size() == 11 && is_date(d.number(4, 2), d.number(2, 2), d.number(0, 2)) && luhn(d);
}

}  // namespace tidegate::pii
