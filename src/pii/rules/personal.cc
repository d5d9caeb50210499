#include <array>

#include "pii/rule.h"

namespace tidegate::pii {
namespace {

using enum Group;

constexpr std::string_view kPhoneWords =
    "phone|tel|telephone|mobile|cell|call|fax|whatsapp|sms|text me|contact|dial|ring|hotline|reach "
    "me|reached at|my number|"
    "telefon|handy|rufnummer|mobil|téléphone|portable|teléfono|móvil|telefono|cellulare|telefone|"
    "celular|telefoon|电话|手机|電話|전화";
constexpr std::string_view kCardWords =
    "card|visa|mastercard|amex|american express|discover|maestro|credit|debit|cvv|cvc|expiry|"
    "karte|kreditkarte|carte|tarjeta|carta|cartão|kaart";

// clang-format off
constexpr std::array kRules = std::to_array<Rule>({
  {"email", "EMAIL", kContact, Shape::kEmail, R"([^\s@"'<>()\[\],;:]@[a-z0-9\x80-\xff])", is_email, 90, ""},

  {"phone", "PHONE", kContact, Shape::kPhone, R"(\+[1-9])", is_international_phone, 75, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kPhone, R"(\b00[1-9][0-9])", is_international_phone, 40, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\([2-9]\d{2}\) ?\d{3}[-. ]\d{4}(?:x\d{1,6})?\b)", is_us_phone, 70, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b(?:1[-. ])?[2-9]\d{2}[-.]\d{3}[-.]\d{4}(?:x\d{1,6})?\b)", is_us_phone, 55, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b[2-9]\d{2} \d{3}[- ]\d{4}\b)", is_us_phone, 40, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b0[1-9](?:[ .]\d{2}){4}\b)", is_national_phone, 55, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\(0\d{2,4}\) ?\d{3,4} ?\d{3,4}\b)", is_national_phone, 55, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b[2-9]\d{9}\b)", is_us_phone, 15, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\(?\b0\d{1,4}\)?[ /.-]{1,3}\d{2,4}(?:[ .-]?\d{2,4}){1,3}\b)", is_national_phone, 25, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b0\d{8,10}\b)", is_national_phone, 15, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b1[3-9]\d{9}\b)", is_national_phone, 15, kPhoneWords},
  {"phone", "PHONE", kContact, Shape::kExact, R"(\b\d{2,4}[ .-]\d{3,4}[ .-]\d{3,4}\b)", is_national_phone, 15, kPhoneWords},

  {"card", "CARD", kFinancial, Shape::kExact, R"(\b[2-68]\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b)", is_card, 90, kCardWords},
  {"card", "CARD", kFinancial, Shape::kExact, R"(\b[2-68]\d{3}[ -]\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{3}\b)", is_card, 80, kCardWords},
  {"card", "CARD", kFinancial, Shape::kExact, R"(\b3[0-9]\d{2}[ -]\d{6}[ -]\d{4,5}\b)", is_card, 90, kCardWords},
  {"card", "CARD", kFinancial, Shape::kExact, R"(\b[1-68]\d{13,18}\b)", is_card, 70, kCardWords},
  {"card", "CARD", kFinancial, Shape::kExact, R"(\b[4-6]\d{11,12}\b)", is_card, 50, kCardWords},

  {"iban", "IBAN", kFinancial, Shape::kIban, R"(\b[a-z]{2}\d{2} ?[a-z0-9]{4} ?[a-z0-9]{4})", is_iban, 95, ""},
  {"us_aba", "US_ABA", kFinancial, Shape::kExact, R"(\b[0-8]\d{8}\b)", is_us_aba, 18, "routing|aba|rtn|wire|ach|transit"},
  {"bitcoin", "BITCOIN", kFinancial, Shape::kExact, R"(\b[13][1-9a-z]{25,34}\b)", is_bitcoin, 95, ""},
  {"bitcoin", "BITCOIN", kFinancial, Shape::kExact, R"(\bbc1[a-z0-9]{11,87}\b)", is_bitcoin, 95, ""},
  {"ethereum", "ETHEREUM", kFinancial, Shape::kExact, R"(\b0x[0-9a-f]{40}\b)", is_ethereum, 85, ""},

  {"ip", "IP", kNetwork, Shape::kExact, R"(\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)", is_ipv4, 60, "ip|address|host|server"},
  {"ip", "IP", kNetwork, Shape::kIpv6, R"([0-9a-f]{1,4}:[0-9a-f]{0,4}:[0-9a-f:])", is_ipv6, 80, ""},
  {"mac", "MAC", kNetwork, Shape::kExact, R"(\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b)", is_mac, 80, ""},
  {"mac", "MAC", kNetwork, Shape::kExact, R"(\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b)", is_mac, 80, ""},
});
// clang-format on

}  // namespace

std::span<const Rule> personal_rules() { return kRules; }

}  // namespace tidegate::pii
