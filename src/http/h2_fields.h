// Message heads as nghttp2 wants them. Internal to the HTTP/2 session: this header names nghttp2.
// Thread: owner only.
#pragma once

#include <nghttp2/nghttp2.h>

#include <array>
#include <vector>

#include "base/error.h"
#include "http/message.h"

namespace tidegate::http {

// The fields of one header block, to be submitted before the head they point into changes.
class H2FieldList {
 public:
  // Fills the list. Hop-by-hop fields, Host and the fields that Connection names are left out; "te:
  // trailers" stays. Errors: kMalformed for bytes that cannot be sent.
  Result<void> set_request(const RequestHead& head);
  // `head_request`: the response answers HEAD, so content-length says what GET would give.
  enum class HeadRequest : std::uint8_t { kNo, kYes };
  Result<void> set_response(const ResponseHead& head, HeadRequest head_request);
  Result<void> set_trailers(const HeaderMap& fields);

  const nghttp2_nv* data() const { return list_.data(); }
  std::size_t size() const { return list_.size(); }

 private:
  void add(std::string_view name, std::string_view value,
           std::uint8_t flags = NGHTTP2_NV_FLAG_NONE);
  void add_length(BodyLength body);
  enum class LengthField : std::uint8_t { kDrop, kKeep };
  Result<void> add_fields(const HeaderMap& fields, LengthField length, Origin origin);

  std::vector<nghttp2_nv> list_;
  std::array<char, 24> digits_;  // status or content-length
  std::array<char, 3> status_;
};

}  // namespace tidegate::http
