#include "decode/text_rules.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/ascii.h"

namespace tidegate::decode {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_lower(c) || is_upper(c) || is_digit(c); }
bool is_lower_alnum(char c) { return is_lower(c) || is_digit(c); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// One or more characters; `inner` ones only between the first and the last.
template <class Edge, class Inner>
bool is_word(std::string_view text, Edge edge, Inner inner) {
  if (text.empty() || !edge(text.front()) || !edge(text.back())) return false;
  return std::ranges::all_of(text, [&](char c) { return edge(c) || inner(c); });
}

// Whether every part between separators passes.
template <class Test>
bool every_part(std::string_view text, char separator, Test test) {
  while (true) {
    const auto at = text.find(separator);
    if (!test(text.substr(0, at))) return false;
    if (at == std::string_view::npos) return true;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

// ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$
bool is_dns_label(std::string_view text) {
  return is_word(text, is_lower_alnum, [](char c) { return c == '-'; });
}

// ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$
bool is_dns_name(std::string_view text) { return every_part(text, '.', is_dns_label); }

bool is_wildcard_dns_name(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return is_dns_name(text);
}

bool is_group(std::string_view text) { return text.empty() || is_dns_name(text); }

// ^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$
bool is_kind(std::string_view text) {
  return is_word(text, is_alnum, [](char c) { return c == '-'; }) && !is_digit(text.front());
}

// ^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
  });
}

// ^[!-~]+([\t ]?[!-~]+)*$
bool is_header_value(std::string_view text) {
  const auto visible = [](char c) { return c >= '!' && c <= '~'; };
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  if (!is_word(text, visible, blank)) return false;
  return std::ranges::adjacent_find(text, [&](char a, char b) { return blank(a) && blank(b); }) ==
         text.end();
}

// ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$
bool is_path(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_alnum(text[i]) || is_one_of(text[i], "-/._~!$&'()*+,;=:@")) continue;
    const bool encoded = text[i] == '%' && i + 2 < text.size() && is_hex_digit(text[i + 1]) &&
                         is_hex_digit(text[i + 2]);
    if (!encoded) return false;
    i += 2;
  }
  return !text.empty();
}

// (^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  if (!text.starts_with("http://") && !text.starts_with("https://")) return false;
  text.remove_prefix(text.find("//") + 2);
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    const auto port = text.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
    text = text.substr(0, colon);
  }
  if (text == "*") return true;
  if (text.starts_with("*.")) text.remove_prefix(2);
  return every_part(text, '.', [](std::string_view label) {
    return !label.empty() &&
           std::ranges::all_of(label, [](char c) { return is_alnum(c) || c == '-'; });
  });
}

// DNS name, "/", ^[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$
bool is_domain_prefixed(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_dns_name(text.substr(0, slash))) return false;
  const auto name = text.substr(slash + 1);
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_alnum(c) || is_one_of(c, "/-._~%!$&'()*+,;=:");
  });
}

// ^(<dns name>/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$
bool is_qualified_name(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    if (slash > 253 || !is_dns_name(text.substr(0, slash))) return false;
    text.remove_prefix(slash + 1);
  }
  return text.size() <= 63 && !text.empty() && is_label_value(text);
}

// ^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$
bool is_label_value(std::string_view text) {
  return text.empty() || is_word(text, is_alnum, [](char c) { return is_one_of(c, "-_."); });
}

// ^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$ or <dns name>/[A-Za-z0-9]+
bool is_listener_protocol(std::string_view text) {
  if (is_word(text, is_alnum, [](char c) { return c == '-'; })) return true;
  const auto slash = text.find('/');
  return slash != std::string_view::npos && is_dns_name(text.substr(0, slash)) &&
         slash + 1 < text.size() && std::ranges::all_of(text.substr(slash + 1), is_alnum);
}

// ^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?
bool is_absolute_uri(std::string_view text) {
  const auto colon = text.find_first_of(":/?#");
  return colon != std::string_view::npos && colon > 0 && text.substr(colon).starts_with("://");
}

// ^[-._a-zA-Z0-9]+$
bool is_data_key(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || is_one_of(c, "-._"); });
}

bool is_ip_address(std::string_view text) {
  const std::string terminated(text);
  in6_addr address{};
  return inet_pton(AF_INET, terminated.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), &address) == 1;
}

}  // namespace tidegate::decode
