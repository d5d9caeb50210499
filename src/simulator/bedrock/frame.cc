#include "simulator/bedrock/frame.h"

#include <array>
#include <cstdint>

namespace tidegate::simulator {
namespace {

// CRC-32 of IEEE 802.3, one bit at a time per table entry.
constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    table[i] = value;
  }
  return table;
}();

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  }
  return ~crc;
}

void append_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  constexpr char kString = 7;
  out.push_back(static_cast<char>(name.size()));
  out += name;
  out.push_back(kString);
  out.push_back(static_cast<char>(value.size() >> 8));
  out.push_back(static_cast<char>(value.size()));
  out += value;
}

void append_frame(std::string& out, std::string_view headers, std::string_view payload) {
  constexpr std::size_t kAround = 16;  // two lengths, two checksums
  const auto start = out.size();
  append_u32(out, static_cast<std::uint32_t>(kAround + headers.size() + payload.size()));
  append_u32(out, static_cast<std::uint32_t>(headers.size()));
  append_u32(out, crc32(std::string_view(out).substr(start)));
  out += headers;
  out += payload;
  append_u32(out, crc32(std::string_view(out).substr(start)));
}

void append_message(std::string& out, std::string_view message_type, std::string_view type_header,
                    std::string_view type, std::string_view json) {
  std::string headers;
  append_header(headers, type_header, type);
  append_header(headers, ":content-type", "application/json");
  append_header(headers, ":message-type", message_type);
  append_frame(out, headers, json);
}

}  // namespace

void append_event_frame(std::string& out, std::string_view type, std::string_view json) {
  append_message(out, "event", ":event-type", type, json);
}

void append_exception_frame(std::string& out, std::string_view type, std::string_view json) {
  append_message(out, "exception", ":exception-type", type, json);
}

}  // namespace tidegate::simulator
