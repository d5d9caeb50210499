// A reply's body whose beginning is kept back until it is known that the client shall have it
// (llm/reply_beginning.h). Then it is given out as it came.   Thread: the worker's.
#pragma once

#include <string>

#include "llm/reply_beginning.h"
#include "stream/body.h"

namespace tidegate::proxy {

class HeldBody final : public stream::BodySource {
 public:
  // `source` must outlive this.
  HeldBody(stream::BodySource& source, llm::ReplyBeginning::Shape shape)
      : source_(source), start_(shape) {}

  // Takes the next piece and keeps it. Errors: of the source.
  async::Task<Result<llm::ReplyKind>> take();
  // Whether more may be taken.
  bool may_take() const { return !ended_ && !start_.full(held_); }
  bool is_whole() const { return start_.is_whole(); }
  std::string_view held() const { return held_; }
  std::uint32_t outputs() const { return start_.outputs(); }

  async::Task<Result<stream::Piece>> next() override;
  std::optional<stream::Piece> next_now() override;
  bool ready() const override { return !given_ || source_.ready(); }
  void cancel() override { source_.cancel(); }
  std::uint64_t bytes_read() const override { return source_.bytes_read(); }
  const http::HeaderMap* trailers() const override { return source_.trailers(); }

 private:
  stream::Piece give();

  stream::BodySource& source_;
  llm::ReplyBeginning start_;
  std::string held_;
  bool ended_ = false;
  bool given_ = false;
};

}  // namespace tidegate::proxy
