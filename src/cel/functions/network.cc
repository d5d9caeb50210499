#include "cel/functions/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <variant>

#include "cel/functions/library.h"

namespace tidegate::cel {
namespace {

using Arguments = std::span<const Value>;

constexpr std::string_view kIpName = "net.IP";
constexpr std::string_view kCidrName = "net.CIDR";
constexpr std::string_view kTypeNames[] = {kIpName, kCidrName};

struct Ip {
  std::array<std::uint8_t, 16> bytes{};  // the first four of an IPv4 address
  bool is_v6 = false;

  std::size_t size() const { return is_v6 ? 16 : 4; }
  friend bool operator==(const Ip&, const Ip&) = default;
};

class IpValue final : public Opaque {
 public:
  explicit IpValue(const Ip& ip) : ip_(ip) {}
  const Ip& ip() const { return ip_; }
  std::string_view type_name() const override { return kIpName; }
  bool equals(const Opaque& other) const override {
    return ip_ == static_cast<const IpValue&>(other).ip_;
  }

 private:
  Ip ip_;
};

struct Cidr {
  Ip ip;
  std::size_t bits = 0;
  friend bool operator==(const Cidr&, const Cidr&) = default;
};

class CidrValue final : public Opaque {
 public:
  explicit CidrValue(const Cidr& cidr) : cidr_(cidr) {}
  const Cidr& cidr() const { return cidr_; }
  std::string_view type_name() const override { return kCidrName; }
  bool equals(const Opaque& other) const override {
    return cidr_ == static_cast<const CidrValue&>(other).cidr_;
  }

 private:
  Cidr cidr_;
};

const Ip* as_ip(const Value& value) {
  if (!value.is(Kind::kOpaque) || value.as_opaque().type_name() != kIpName) return nullptr;
  return &static_cast<const IpValue&>(value.as_opaque()).ip();
}

const Cidr* as_cidr(const Value& value) {
  if (!value.is(Kind::kOpaque) || value.as_opaque().type_name() != kCidrName) return nullptr;
  return &static_cast<const CidrValue&>(value.as_opaque()).cidr();
}

Value make_ip(const CallContext& context, const Ip& ip) {
  return Value::opaque(context.arena().make<IpValue>(ip));
}
Value make_cidr(const CallContext& context, const Cidr& cidr) {
  return Value::opaque(context.arena().make<CidrValue>(cidr));
}

// Either what the text says, or what is wrong with it.
std::variant<Ip, const char*> parse_ip(std::string_view text) {
  if (text.contains('%')) return "IP Address with zone value is not allowed";
  const std::string copy(text.substr(0, 64));
  Ip ip;
  if (inet_pton(AF_INET, copy.c_str(), ip.bytes.data()) == 1) return ip;
  ip.is_v6 = true;
  if (text.size() > 64 || inet_pton(AF_INET6, copy.c_str(), ip.bytes.data()) != 1) {
    return "IP Address parse error during conversion from string";
  }
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(kMapped.begin(), kMapped.end(), ip.bytes.begin())) {
    return "IPv4-mapped IPv6 address is not allowed";
  }
  return ip;
}

std::variant<Cidr, const char*> parse_cidr(std::string_view text) {
  const auto slash = text.rfind('/');
  if (text.contains('%')) return "CIDR with zone value is not allowed";
  constexpr const char* kMalformed = "network address parse error during conversion from string";
  if (slash == std::string_view::npos) return kMalformed;
  const auto ip = parse_ip(text.substr(0, slash));
  if (const auto* problem = std::get_if<const char*>(&ip)) return *problem;
  Cidr cidr{std::get<Ip>(ip), 0};
  const auto digits = text.substr(slash + 1);
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, cidr.bits);
  const bool padded = digits.size() > 1 && digits[0] == '0';
  if (read.ec != std::errc{} || read.ptr != end || padded || cidr.bits > cidr.ip.size() * 8) {
    return kMalformed;
  }
  return cidr;
}

std::string format_ip(const Ip& ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(ip.is_v6 ? AF_INET6 : AF_INET, ip.bytes.data(), text.data(), text.size());
  return text.data();
}

Ip mask(Ip ip, std::size_t bits) {
  for (std::size_t i = 0; i < ip.size(); ++i) {
    const std::size_t kept = bits > i * 8 ? std::min<std::size_t>(bits - i * 8, 8) : 0;
    ip.bytes[i] = static_cast<std::uint8_t>(ip.bytes[i] & (0xff00u >> kept));
  }
  return ip;
}

bool contains_ip(const Cidr& block, const Ip& ip) {
  return block.ip.is_v6 == ip.is_v6 && mask(block.ip, block.bits) == mask(ip, block.bits);
}

// ip("...") makes an address, cidr.ip() is that of the block.
Value ip_of(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1) return context.no_overload();
  if (const Cidr* block = as_cidr(arguments[0])) return make_ip(context, block->ip);
  if (!arguments[0].is(Kind::kString)) return context.no_overload();
  const auto ip = parse_ip(arguments[0].as_text());
  if (const auto* problem = std::get_if<const char*>(&ip)) return context.fail(*problem);
  return make_ip(context, std::get<Ip>(ip));
}

Value cidr_of(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kString)) return context.no_overload();
  const auto cidr = parse_cidr(arguments[0].as_text());
  if (const auto* problem = std::get_if<const char*>(&cidr)) return context.fail(*problem);
  return make_cidr(context, std::get<Cidr>(cidr));
}

Value is_ip(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kString)) return context.no_overload();
  return Value::boolean(std::holds_alternative<Ip>(parse_ip(arguments[0].as_text())));
}

Value is_cidr(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kString)) return context.no_overload();
  return Value::boolean(std::holds_alternative<Cidr>(parse_cidr(arguments[0].as_text())));
}

Value is_canonical(CallContext& context, Arguments arguments) {
  if (arguments.size() != 1 || !arguments[0].is(Kind::kString)) return context.no_overload();
  const auto ip = parse_ip(arguments[0].as_text());
  if (const auto* problem = std::get_if<const char*>(&ip)) return context.fail(*problem);
  return Value::boolean(format_ip(std::get<Ip>(ip)) == arguments[0].as_text());
}

// A question about one address.
template <class Answer>
Value ask(CallContext& context, Arguments arguments, Answer answer) {
  const Ip* ip = arguments.size() == 1 ? as_ip(arguments[0]) : nullptr;
  return ip != nullptr ? Value::boolean(answer(*ip)) : context.no_overload();
}

bool is_unspecified(const Ip& ip) { return ip == Ip{{}, ip.is_v6}; }

bool is_loopback(const Ip& ip) {
  if (!ip.is_v6) return ip.bytes[0] == 127;
  return std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](auto byte) { return byte == 0; }) &&
         ip.bytes[15] == 1;
}

bool is_link_local_unicast(const Ip& ip) {
  if (!ip.is_v6) return ip.bytes[0] == 169 && ip.bytes[1] == 254;
  return ip.bytes[0] == 0xfe && (ip.bytes[1] & 0xc0) == 0x80;
}

bool is_link_local_multicast(const Ip& ip) {
  if (!ip.is_v6) return ip.bytes[0] == 224 && ip.bytes[1] == 0 && ip.bytes[2] == 0;
  return ip.bytes[0] == 0xff && (ip.bytes[1] & 0x0f) == 0x02;
}

bool is_multicast(const Ip& ip) {
  return ip.is_v6 ? ip.bytes[0] == 0xff : (ip.bytes[0] & 0xf0) == 0xe0;
}

bool is_broadcast(const Ip& ip) {
  return !ip.is_v6 && std::all_of(ip.bytes.begin(), ip.bytes.begin() + 4,
                                  [](auto byte) { return byte == 0xff; });
}

Value unspecified(CallContext& context, Arguments arguments) {
  return ask(context, arguments, is_unspecified);
}
Value loopback(CallContext& context, Arguments arguments) {
  return ask(context, arguments, is_loopback);
}
Value link_local_unicast(CallContext& context, Arguments arguments) {
  return ask(context, arguments, is_link_local_unicast);
}
Value link_local_multicast(CallContext& context, Arguments arguments) {
  return ask(context, arguments, is_link_local_multicast);
}
Value global_unicast(CallContext& context, Arguments arguments) {
  return ask(context, arguments, [](const Ip& ip) {
    return !is_unspecified(ip) && !is_loopback(ip) && !is_multicast(ip) &&
           !is_link_local_unicast(ip) && !is_broadcast(ip);
  });
}

Value family(CallContext& context, Arguments arguments) {
  const Ip* ip = arguments.size() == 1 ? as_ip(arguments[0]) : nullptr;
  return ip != nullptr ? Value::integer(ip->is_v6 ? 6 : 4) : context.no_overload();
}

Value contains_ip_value(CallContext& context, Arguments arguments) {
  const Cidr* block = arguments.size() == 2 ? as_cidr(arguments[0]) : nullptr;
  if (block == nullptr) return context.no_overload();
  if (const Ip* ip = as_ip(arguments[1])) return Value::boolean(contains_ip(*block, *ip));
  if (!arguments[1].is(Kind::kString)) return context.no_overload();
  const auto ip = parse_ip(arguments[1].as_text());
  if (const auto* problem = std::get_if<const char*>(&ip)) return context.fail(*problem);
  return Value::boolean(contains_ip(*block, std::get<Ip>(ip)));
}

Value contains_cidr_value(CallContext& context, Arguments arguments) {
  const Cidr* block = arguments.size() == 2 ? as_cidr(arguments[0]) : nullptr;
  if (block == nullptr) return context.no_overload();
  const auto contains = [block](const Cidr& other) {
    return Value::boolean(other.bits >= block->bits && contains_ip(*block, other.ip));
  };
  if (const Cidr* other = as_cidr(arguments[1])) return contains(*other);
  if (!arguments[1].is(Kind::kString)) return context.no_overload();
  const auto other = parse_cidr(arguments[1].as_text());
  if (const auto* problem = std::get_if<const char*>(&other)) return context.fail(*problem);
  return contains(std::get<Cidr>(other));
}

Value masked(CallContext& context, Arguments arguments) {
  const Cidr* block = arguments.size() == 1 ? as_cidr(arguments[0]) : nullptr;
  if (block == nullptr) return context.no_overload();
  return make_cidr(context, {mask(block->ip, block->bits), block->bits});
}

Value prefix_length(CallContext& context, Arguments arguments) {
  const Cidr* block = arguments.size() == 1 ? as_cidr(arguments[0]) : nullptr;
  if (block == nullptr) return context.no_overload();
  return Value::integer(static_cast<std::int64_t>(block->bits));
}

constexpr std::string_view kQuestion = "net.IP.() -> bool";

constexpr FunctionRow kRows[] = {
    {"ip", "(string) -> net.IP; net.CIDR.() -> net.IP", ip_of},
    {"cidr", "(string) -> net.CIDR", cidr_of},
    {"isIP", "(string) -> bool", is_ip},
    {"isCIDR", "(string) -> bool", is_cidr},
    {"ip.isCanonical", "(string) -> bool", is_canonical},
    {"family", "net.IP.() -> int", family},
    {"isUnspecified", kQuestion, unspecified},
    {"isLoopback", kQuestion, loopback},
    {"isLinkLocalUnicast", kQuestion, link_local_unicast},
    {"isLinkLocalMulticast", kQuestion, link_local_multicast},
    {"isGlobalUnicast", kQuestion, global_unicast},
    {"containsIP", "net.CIDR.(net.IP) -> bool; net.CIDR.(string) -> bool", contains_ip_value},
    {"containsCIDR", "net.CIDR.(net.CIDR) -> bool; net.CIDR.(string) -> bool", contains_cidr_value},
    {"masked", "net.CIDR.() -> net.CIDR", masked},
    {"prefixLength", "net.CIDR.() -> int", prefix_length},
};

}  // namespace

std::optional<std::string> format_network(const Opaque& value) {
  if (value.type_name() == kIpName) return format_ip(static_cast<const IpValue&>(value).ip());
  if (value.type_name() != kCidrName) return std::nullopt;
  const Cidr& block = static_cast<const CidrValue&>(value).cidr();
  return format_ip(block.ip) + '/' + std::to_string(block.bits);
}

std::span<const FunctionRow> network_rows() { return kRows; }
std::span<const std::string_view> network_type_names() { return kTypeNames; }

}  // namespace tidegate::cel
