// For tests: texts with personal data in them, made from a fixed seed, and what only looks like it.
// The values are valid by construction: check digits are computed here, not by what is tested.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::pii {

struct Planted {
  std::string label;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Sample {
  std::string text;
  std::vector<Planted> planted;
};

class SampleMaker {
 public:
  explicit SampleMaker(std::uint32_t seed) : random_(seed) {}

  // One to three sentences, half of them about nothing or about what only looks like data.
  Sample make() {
    Sample sample;
    for (auto n = 1 + pick(3); n > 0; --n) {
      fill(pick(2) == 0 ? one_of(kNoise) : one_of(kSentences), sample);
      sample.text += ' ';
    }
    return sample;
  }

 private:
  static constexpr std::string_view kSentences[] = {
      "Please charge {CARD} for the two tickets.",
      "My card number is {CARD}, it expires 08/29 and the code is 123.",
      "{CARD} was declined twice, can you see why?",
      "Could you send the receipt to {EMAIL}?",
      "From: {EMAIL}\nTo: {EMAIL}\nSubject: invoice 2211",
      "contact={EMAIL};plan=pro",
      "Transfer 250 EUR to {IBAN} before Friday.",
      "IBAN: {IBAN}, BIC: COBADEFFXXX",
      "The request came from {IP} at 10:22:31.",
      "ssh deploy@{IP} -p 2222",
      "{IP} - - [10/Oct/2025:13:55:36] \"GET /v1/models\" 200 2326",
      "Her social security number is {US_SSN}.",
      "SSN {US_SSN_BARE} on file since 2019",
      "Call me at {PHONE} after six.",
      "Tel. {PHONE}, ask for Ann",
      "My {UNKNOWN} wallet is fine, but mail {EMAIL} if it is not.",
      "{\"email\": \"{EMAIL}\", \"phone\": \"{PHONE}\", \"note\": \"none\"}",
      "| {EMAIL} | {IP} | active |",
  };
  static constexpr std::string_view kNoise[] = {
      "The meeting is on 2025-11-26 at 14:30, room 4.12.",
      "Order {DIGITS16} left the warehouse on 03/04/2025.",
      "Invoice {DIGITS9} is 30 days overdue.",
      "Version 10.4.2 fixes the bug of 9.12.0-rc1, see commit {HEX40}.",
      "Trace {UUID} took 12345.678901 ms.",
      "The file image@2x.png is 1024x768 and logo@example is none.",
      "pi is 3.14159265358979323846, e is 2.718281828459045.",
      "Unix time {DIGITS10} is some Tuesday, {DIGITS13} the same in ms.",
      "ISBN 978-3-16-148410-0 and ISSN 2049-3630 are books.",
      "Test number 4532-1234-5678-9012 and 123-45-6789 are made up.",
      "Coordinates 52.520008, 13.404954; altitude 34.",
      "The part is AB-{DIGITS6}-{DIGITS4}, twelve pieces at 1.299,00 each.",
      "Ratio 1:2:3, score 21:19:21, subnet mask 255.255.255.0, loopback 127.0.0.1.",
      "sha256:{HEX64} was pushed",
      "Tracking 1Z{DIGITS16} says it was delivered.",
      "Write a haiku about the sea and the number {DIGITS6}.",
  };

  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_()) % n; }
  template <std::size_t N>
  std::string_view one_of(const std::string_view (&list)[N]) {
    return list[pick(N)];
  }
  std::string digits(std::size_t n) {
    std::string out(1, static_cast<char>('1' + pick(9)));
    while (out.size() < n) out += static_cast<char>('0' + pick(10));
    return out;
  }
  std::string hex(std::size_t n) {
    std::string out;
    while (out.size() < n) out += "0123456789abcdef"[pick(16)];
    return out;
  }

  void fill(std::string_view pattern, Sample& sample) {
    while (!pattern.empty()) {
      const auto open = pattern.find('{');
      sample.text += pattern.substr(0, open);
      if (open == pattern.npos) return;
      const auto close = pattern.find('}', open);
      const auto name = pattern.substr(open + 1, close - open - 1);
      pattern.remove_prefix(close + 1);
      if (name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != name.npos) {
        // A brace of the sentence itself.
        sample.text += '{';
        sample.text += name.substr(0, name.rfind('{'));
        put(name.substr(name.rfind('{') + 1), sample);
      } else {
        put(name, sample);
      }
    }
  }

  void put(std::string_view name, Sample& sample) {
    const auto value = make_value(name);
    const bool is_data = name == "CARD" || name == "EMAIL" || name == "IBAN" || name == "IP" ||
                         name.starts_with("US_SSN") || name == "PHONE";
    const auto begin = sample.text.size();
    sample.text += value;
    if (is_data) {
      sample.planted.push_back(
          {std::string(name.substr(0, name.find("_BARE"))), begin, sample.text.size()});
    }
  }

  std::string make_value(std::string_view name) {
    if (name == "CARD") return card();
    if (name == "EMAIL") return email();
    if (name == "IBAN") return iban();
    if (name == "IP") return ip();
    if (name == "US_SSN") return ssn("-");
    if (name == "US_SSN_BARE") return ssn("");
    if (name == "PHONE") return phone();
    if (name == "UUID")
      return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
    if (name.starts_with("HEX")) return hex(std::stoul(std::string(name.substr(3))));
    if (name == "DIGITS16") return not_luhn(digits(16));
    if (name.starts_with("DIGITS")) return digits(std::stoul(std::string(name.substr(6))));
    return "old";
  }

  static int luhn_sum(std::string_view number) {
    int sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
      const int digit = number[number.size() - 1 - i] - '0';
      const int value = i % 2 == 1 ? digit * 2 : digit;
      sum += value > 9 ? value - 9 : value;
    }
    return sum % 10;
  }
  static std::string not_luhn(std::string number) {
    if (luhn_sum(number) == 0)
      number.back() = number.back() == '9' ? '0' : static_cast<char>(number.back() + 1);
    return number;
  }

  std::string card() {
    static constexpr std::string_view kPrefixes[] = {"4",    "51", "55", "2221",
                                                     "6011", "34", "37", "3528"};
    std::string number(one_of(kPrefixes));
    const bool amex = number == "34" || number == "37";
    while (number.size() < (amex ? 14U : 15U)) number += static_cast<char>('0' + pick(10));
    const int rest = luhn_sum(number + "0");
    number += static_cast<char>('0' + (10 - rest) % 10);
    const auto style = pick(3);
    if (style == 0) return number;
    const std::string gap(1, style == 1 ? ' ' : '-');
    if (amex) return number.substr(0, 4) + gap + number.substr(4, 6) + gap + number.substr(10);
    return number.substr(0, 4) + gap + number.substr(4, 4) + gap + number.substr(8, 4) + gap +
           number.substr(12);
  }

  std::string iban() {
    struct Country {
      std::string_view code;
      std::string_view letters;  // in front of the digits
      std::size_t digits;
    };
    static constexpr Country kCountries[] = {{"DE", "", 18},     {"FR", "", 23},     {"ES", "", 20},
                                             {"GB", "NWBK", 14}, {"NL", "INGB", 10}, {"PL", "", 24},
                                             {"NO", "", 11},     {"CH", "", 17}};
    const auto& country = kCountries[pick(std::size(kCountries))];
    const auto account = std::string(country.letters) + digits(country.digits);
    int rest = 0;
    for (const char c : account + std::string(country.code) + "00") {
      rest = c >= 'A' ? (rest * 100 + c - 'A' + 10) % 97 : (rest * 10 + c - '0') % 97;
    }
    const auto check = std::to_string(98 - rest);
    const auto all = std::string(country.code) + (check.size() == 1 ? "0" : "") + check + account;
    if (pick(2) == 0) return all;
    std::string spaced;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i > 0 && i % 4 == 0) spaced += ' ';
      spaced += all[i];
    }
    return spaced;
  }

  std::string email() {
    static constexpr std::string_view kNames[] = {
        "ann", "bob.lee", "c_smith", "dora+news", "e.f.g", "info", "jörg", "o'brien", "x99"};
    static constexpr std::string_view kHosts[] = {"example.org", "mail.example.co.uk", "acme.io",
                                                  "a-b.com",     "münchen.de",         "gmail.com"};
    return std::string(one_of(kNames)) + "@" + std::string(one_of(kHosts));
  }

  std::string ip() {
    if (pick(4) == 0) return "2001:db8:" + hex(4) + "::" + hex(3) + ":" + hex(4);
    return std::to_string(1 + pick(126)) + "." + std::to_string(pick(256)) + "." +
           std::to_string(pick(256)) + "." + std::to_string(1 + pick(254));
  }

  std::string ssn(std::string_view gap) {
    auto area = 1 + pick(899);
    if (area == 666) area = 667;
    const auto padded = [](std::size_t value, std::size_t width) {
      auto text = std::to_string(value);
      return std::string(width - text.size(), '0') + text;
    };
    return padded(area, 3) + std::string(gap) + padded(1 + pick(99), 2) + std::string(gap) +
           padded(1 + pick(9999), 4);
  }

  std::string phone() {
    const auto nanp = [this] {
      return std::to_string(2 + pick(8)) + std::to_string(2 + pick(8)) + std::to_string(pick(10));
    };
    switch (pick(5)) {
      case 0:
        return "+49 30 " + digits(6);
      case 1:
        return "(" + nanp() + ") " + nanp() + "-" + digits(4);
      case 2:
        return nanp() + "-" + nanp() + "-" + digits(4);
      case 3:
        return "+1-" + nanp() + "-" + nanp() + "-" + digits(4);
      default:
        return "+44 20 7" + digits(3) + " " + digits(4);
    }
  }

  std::mt19937 random_;
};

}  // namespace tidegate::pii
