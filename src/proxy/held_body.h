// A reply's body whose beginning is kept back until it is known that the client shall have it
// (llm/reply_beginning.h). Then it is given out as it came.   Thread: the worker's.
#pragma once

#include "llm/reply_beginning.h"
#include "stream/begun_body.h"

namespace tidegate::proxy {

class HeldBody final : public stream::BegunBody {
 public:
  // `source` must outlive this.
  HeldBody(stream::BodySource& source, llm::ReplyBeginning::Shape shape)
      : BegunBody(source), start_(shape) {}

  // Takes the next piece and keeps it. Errors: of the source.
  async::Task<Result<llm::ReplyKind>> take();
  // Whether more may be taken.
  bool may_take() const { return !ended() && !start_.full(held()); }
  bool is_whole() const { return start_.is_whole(); }
  std::string_view held() const { return begun(); }
  std::uint32_t outputs() const { return start_.outputs(); }

 private:
  llm::ReplyBeginning start_;
};

}  // namespace tidegate::proxy
