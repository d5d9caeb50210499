#include "llm/dialect/bedrock/write_frame.h"

#include <array>
#include <cstdint>

#include "base/base64.h"
#include "base/crc32.h"

namespace tidegate::llm::bedrock {
namespace {

constexpr char kStringValue = 7;
constexpr std::size_t kAround = 16;  // two lengths, two checksums

void append_u32(std::string& out, std::uint32_t value) {
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    out += static_cast<char>(value >> (shift - 8) & 0xffU);
  }
}

void append_header(std::string& out, FrameHeader header) {
  const auto name = header.first.substr(0, 255);
  const auto value = header.second.substr(0, 65'535);
  out += static_cast<char>(name.size());
  out += name;
  out += kStringValue;
  out += static_cast<char>(value.size() >> 8 & 0xffU);
  out += static_cast<char>(value.size() & 0xffU);
  out += value;
}

}  // namespace

void append_frame(std::string& out, std::span<const FrameHeader> headers,
                  std::string_view payload) {
  std::string head;
  for (const auto& header : headers) append_header(head, header);
  append_message(out, head, payload);
}

void append_message(std::string& out, std::string_view headers, std::string_view payload) {
  const auto start = out.size();
  append_u32(out, static_cast<std::uint32_t>(kAround + headers.size() + payload.size()));
  append_u32(out, static_cast<std::uint32_t>(headers.size()));
  append_u32(out, crc32(std::string_view(out).substr(start)));
  out += headers;
  out += payload;
  append_u32(out, crc32(std::string_view(out).substr(start)));
}

void append_event(std::string& out, std::string_view type, std::string_view json) {
  const std::array<FrameHeader, 3> headers = {
      {{":event-type", type}, {":content-type", "application/json"}, {":message-type", "event"}}};
  append_frame(out, headers, json);
}

void append_chunk(std::string& out, std::string_view json) {
  std::string payload = R"({"bytes":")";
  append_base64(payload, json);
  payload += R"("})";
  append_event(out, "chunk", payload);
}

void append_exception(std::string& out, std::string_view type, std::string_view json) {
  const std::array<FrameHeader, 3> headers = {{{":exception-type", type},
                                               {":content-type", "application/json"},
                                               {":message-type", "exception"}}};
  append_frame(out, headers, json);
}

}  // namespace tidegate::llm::bedrock
