// Frames of the AWS event stream, as the simulated Bedrock sends them.
//   total length u32 | headers length u32 | CRC of the 8 bytes u32 | headers | payload | CRC of all
//   u32 header: name length u8, name, type 7 (string), value length u16, value. Numbers are
//   big-endian.
// Written apart from the gateway's own reader and writer of frames, so that neither can hide the
// other's mistake.   Source: AWS SDKs, "Event stream specification" (2026-11). Thread: pure.
#pragma once

#include <string>
#include <string_view>

namespace tidegate::simulator {

// {":event-type": type, ":content-type": "application/json", ":message-type": "event"}
void append_event_frame(std::string& out, std::string_view type, std::string_view json);
// {":exception-type": type, ":content-type": "application/json", ":message-type": "exception"}
void append_exception_frame(std::string& out, std::string_view type, std::string_view json);

}  // namespace tidegate::simulator
