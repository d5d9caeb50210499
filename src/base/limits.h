// Every limit of the data plane: name, unit, default, reason. Configuration may lower or raise
// those that GatewayParameters names; the rest are fixed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace tidegate::limits {

using namespace std::chrono_literals;

// Request and response heads: start line plus all fields. nginx allows 8 KiB a line and 32 KiB in
// all; tokens and cookies of AI clients reach 16 KiB, so 64 KiB, which is also the shared read
// buffer.
inline constexpr std::size_t kMaxHeadBytes = 64 * 1024;
// Request target alone (414 beyond). RFC 9112 3 recommends at least 8000.
inline constexpr std::size_t kMaxTargetBytes = 16 * 1024;
// Fields in one head (431 beyond): bounds the work of duplicate checks.
inline constexpr std::size_t kMaxHeaderCount = 256;
// Gateways that a request may pass one after another: more is a loop that nobody saw.
inline constexpr std::uint32_t kMaxGatewayHops = 8;
// A whole payload that something asked to see (413 beyond). Prompts with images reach tens of MiB.
inline constexpr std::size_t kMaxBufferedBodyBytes = 32 * 1024 * 1024;
// One line of a chunked body's framing: size in hex plus extensions.
inline constexpr std::size_t kMaxChunkLineBytes = 4096;
// One SSE event that a scanner must hold whole because it came in pieces.
inline constexpr std::size_t kMaxSseEventBytes = 1024 * 1024;
// One message of an AWS event stream, which is one event of a reply like those above.
inline constexpr std::size_t kMaxEventStreamFrameBytes = 1024 * 1024;
// Pipelined requests wait in the socket; this bounds what one connection may hold in user space.
inline constexpr std::size_t kReadBufferBytes = 64 * 1024;
// Exchanges that may wait for one connection to an endpoint at its limit, per worker (503 beyond).
inline constexpr std::size_t kMaxPoolQueue = 1024;
// HTTP/2: concurrent streams per downstream connection, and the flow-control windows we grant.
inline constexpr std::size_t kMaxH2Streams = 128;
inline constexpr std::size_t kH2StreamWindowBytes = 256 * 1024;
inline constexpr std::size_t kH2ConnectionWindowBytes = 1024 * 1024;

// A client must finish the request head within this time of its first byte (slowloris).
inline constexpr std::chrono::milliseconds kRequestHeadTimeout = 15s;
// Between requests on a keep-alive connection.
inline constexpr std::chrono::milliseconds kDownstreamIdleTimeout = 75s;
// No byte of a request body for this long: 408.
inline constexpr std::chrono::milliseconds kRequestBodyIdleTimeout = 60s;
// TCP connect plus TLS handshake to an endpoint.
inline constexpr std::chrono::milliseconds kConnectTimeout = 5s;
// An idle pooled upstream connection is closed after this; shorter than the usual 60-75 s of
// servers.
inline constexpr std::chrono::milliseconds kUpstreamIdleTimeout = 50s;
// No byte of an answer for this long, before and within the body. Reasoning models may be silent
// for minutes.
inline constexpr std::chrono::milliseconds kFirstByteTimeout = 600s;
inline constexpr std::chrono::milliseconds kStreamIdleTimeout = 300s;
// A downstream that does not read for this long while we have bytes for it.
inline constexpr std::chrono::milliseconds kDownstreamWriteTimeout = 60s;
// After an answer that closes the connection: what is read and dropped so that the answer arrives.
inline constexpr std::chrono::milliseconds kLingerTimeout = 2s;  // between bytes
inline constexpr std::chrono::milliseconds kMaxLingerTime = 10s;
inline constexpr std::size_t kMaxLingerBytes = 1024 * 1024;
// A byte stream (TCP or TLS route, upgraded connection) on which neither side says anything.
inline constexpr std::chrono::milliseconds kTunnelIdleTimeout = 3600s;
// After accept() failed for want of descriptors.
inline constexpr std::chrono::milliseconds kAcceptPause = 100ms;
// How often a worker looks for idle connections to close.
inline constexpr std::chrono::milliseconds kHousekeepingInterval = 5s;
// HTTP/2 drain: between telling a client to open no more streams and refusing them.
inline constexpr std::chrono::milliseconds kGoAwayDelay = 100ms;
// Graceful drain: streams may finish within this time.
inline constexpr std::chrono::milliseconds kDrainTimeout = 30s;

}  // namespace tidegate::limits
