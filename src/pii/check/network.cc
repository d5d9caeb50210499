// Sources: RFC 5321 and RFC 5322 (what of them is in use), ITU-T E.164 and its list of country
// codes, NANPA, RFC 4291, RFC 5952, IEEE 802, RFC 3986.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "pii/check/checks.h"
#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

// Names of files, and what is written with an @ but is no address.
constexpr std::array<std::string_view, 22> kNoDomains = {
    "png", "jpg",       "jpeg",    "gif",     "svg",  "webp", "css",  "js",
    "ts",  "json",      "html",    "py",      "md",   "txt",  "yaml", "yml",
    "so",  "localhost", "invalid", "example", "test", "local"};

bool is_domain(std::string_view domain) {
  std::string_view last;
  std::size_t labels = 0;
  while (!domain.empty()) {
    const auto dot = domain.find('.');
    last = domain.substr(0, dot);
    if (last.empty() || last.size() > 63 || last.front() == '-' || last.back() == '-') return false;
    ++labels;
    if (dot == domain.npos) break;
    domain.remove_prefix(dot + 1);
    if (domain.empty()) return false;
  }
  std::string lower(last);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return labels >= 2 && last.size() >= 2 && std::ranges::none_of(last, is_digit) &&
         std::ranges::find(kNoDomains, lower) == kNoDomains.end();
}

// Country codes have one, two or three digits: here the first two of the last kind.
bool has_country_code(const Digits& d) {
  if (d[0] == 0) return false;
  if (d[0] == 1 || d[0] == 7) return true;
  constexpr std::array kTwo = {20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46,
                               47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
                               64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98};
  if (std::ranges::binary_search(kTwo, d.number(0, 2))) return true;
  constexpr std::array kThree = {21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50,
                                 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99};
  return std::ranges::binary_search(kThree, d.number(0, 2));
}

bool is_nanp(const Digits& d, std::size_t at) {
  const bool service = (d[at + 1] == 1 && d[at + 2] == 1) || (d[at + 4] == 1 && d[at + 5] == 1);
  return d.size() == at + 10 && d[at] >= 2 && d[at + 3] >= 2 && !service;
}

}  // namespace

bool is_email(std::string_view text) {
  const auto at = text.find('@');
  const auto local = text.substr(0, at);
  if (at == text.npos || local.empty() || local.size() > 64 || text.size() > 254) return false;
  return local.front() != '.' && local.back() != '.' && !local.contains("..") &&
         is_domain(text.substr(at + 1));
}

bool is_international_phone(std::string_view text) {
  text = text.substr(0, text.find('x'));
  if (text.starts_with("00")) text.remove_prefix(2);
  if (text.starts_with('+')) text.remove_prefix(1);
  const Digits d(text);
  if (d.size() < 8 || d.size() > 15 || d.all_equal() || !has_country_code(d)) return false;
  return d[0] != 1 || is_nanp(d, 1);
}

bool is_us_phone(std::string_view text) {
  const Digits d(text.substr(0, text.find('x')));
  return is_nanp(d, d.size() == 11 && d[0] == 1 ? 1 : 0);
}

bool is_national_phone(std::string_view text) {
  const Digits d(text);
  return d.size() >= 7 && d.size() <= 13 && !d.all_equal();
}

bool is_ipv4(std::string_view text) {
  std::array<char, 16> copy{};
  if (text.size() >= copy.size()) return false;
  std::ranges::copy(text, copy.begin());
  in_addr address{};
  if (inet_pton(AF_INET, copy.data(), &address) != 1) return false;
  const auto value = ntohl(address.s_addr);
  // This host, loopback, broadcast and masks say nothing of a person.
  return value >> 24 != 0 && value >> 24 != 127 && value >> 24 != 255;
}

bool is_ipv6(std::string_view text) {
  std::array<char, 46> copy{};
  if (text.size() >= copy.size() || text.size() < 6) return false;
  std::ranges::copy(text, copy.begin());
  in6_addr address{};
  // "::1" and times ("10:20::30") are no addresses of somebody.
  return inet_pton(AF_INET6, copy.data(), &address) == 1 && !IN6_IS_ADDR_LOOPBACK(&address) &&
         !IN6_IS_ADDR_UNSPECIFIED(&address) && std::ranges::count(text, ':') >= 2 &&
         (std::ranges::count(text, ':') == 7 || text.contains("::"));
}

bool is_mac(std::string_view text) {
  const Compact compact(text);
  const auto t = compact.view();
  return t.size() == 12 && t != "000000000000" && t != "FFFFFFFFFFFF";
}

bool is_url_with_password(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == text.npos) return false;
  const auto at = text.rfind('@');
  const auto user = text.substr(scheme + 3, at - scheme - 3);
  const auto colon = user.find(':');
  if (colon == user.npos || colon + 1 == user.size()) return false;
  // A place for a password is none: postgres://user:${PASSWORD}@host, <password>, ****.
  const auto password = user.substr(colon + 1);
  return !password.starts_with("${") && !password.starts_with('<') && !password.starts_with("{{") &&
         !password.starts_with('$') && password.find_first_not_of("*xX.") != password.npos;
}

}  // namespace tidegate::pii
