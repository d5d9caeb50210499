// A simulated reply as a plan: a head, then pieces of a body to pull, each with the time to wait
// before it.
//
// The server that carries it out sends the head with the first piece, waits piece.delay, sends, and
// pulls the next, until kEnd (finish the body), kReset (abort the connection) or kStall (keep it
// open and send nothing more, until the client goes). Pieces without a delay between them come as
// one, up to 16 KiB. Dropping a Reply before kEnd counts as an aborted request in the metrics.
// Thread: one owner. The Simulator must outlive its replies.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidegate::simulator {

struct Piece {
  enum class Action : std::uint8_t { kSend, kEnd, kReset, kStall };
  Action action = Action::kEnd;
  std::chrono::microseconds delay{0};  // before it
  std::string_view bytes;  // kSend only, never empty; valid until the next call of next()
};

struct ReplyField {
  std::string_view name;  // static
  std::string value;
};

// Where the pieces of a body come from.
class PieceSource {
 public:
  virtual ~PieceSource() = default;
  virtual Piece next() = 0;
};

class Reply {
 public:
  Reply(std::uint16_t status, std::vector<ReplyField> fields,
        std::optional<std::uint64_t> content_length, std::unique_ptr<PieceSource> pieces)
      : status_(status),
        fields_(std::move(fields)),
        content_length_(content_length),
        pieces_(std::move(pieces)) {}

  std::uint16_t status() const { return status_; }
  // Without Content-Length and Transfer-Encoding: see content_length().
  std::span<const ReplyField> fields() const { return fields_; }
  // Empty: a stream, to be sent chunked.
  std::optional<std::uint64_t> content_length() const { return content_length_; }
  Piece next() { return pieces_->next(); }

 private:
  std::uint16_t status_;
  std::vector<ReplyField> fields_;
  std::optional<std::uint64_t> content_length_;
  std::unique_ptr<PieceSource> pieces_;
};

}  // namespace tidegate::simulator
