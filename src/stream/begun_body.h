// A body whose beginning was read already: that is given out first, then the rest as it comes.
#pragma once

#include <string>
#include <utility>

#include "stream/body.h"

namespace tidegate::stream {

class BegunBody : public BodySource {
 public:
  // `source` must outlive this. `begun`: what was taken from it, and whether that is all.
  explicit BegunBody(BodySource& source, std::string begun = {}, End end = End::kNo)
      : source_(source), begun_(std::move(begun)), ended_(end == End::kYes) {}

  async::Task<Result<Piece>> next() override;
  std::optional<Piece> next_now() override;
  bool ready() const override { return !given_ || source_.ready(); }
  void cancel() override { source_.cancel(); }
  std::uint64_t bytes_read() const override { return source_.bytes_read(); }
  const http::HeaderMap* trailers() const override { return source_.trailers(); }

 protected:
  // Takes the next piece and keeps it with what was begun. Errors: of the source.
  async::Task<Result<void>> take();
  std::string_view begun() const { return begun_; }
  bool ended() const { return ended_; }

 private:
  // Whether the beginning is due.
  bool gives_begun();

  BodySource& source_;
  std::string begun_;
  bool ended_;  // the beginning is all
  bool given_ = false;
};

}  // namespace tidegate::stream
