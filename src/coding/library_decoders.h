// One coding each, by the library that knows it, without limits on how much comes out.
// Source: RFC 1950-1952 with zlib; RFC 7932 with libbrotlidec; RFC 8878 with libzstd.
#pragma once

#include <memory>

#include "coding/decoder.h"

namespace tidegate::coding {

// Errors of all: kInternal without memory.

// Members one after another are one body (RFC 1952 2.2).
Result<std::unique_ptr<Decoder>> make_gzip_decoder(Origin origin);
// A zlib stream, as RFC 9110 8.4.1.2 says, or the bare deflate stream that some send.
Result<std::unique_ptr<Decoder>> make_deflate_decoder(Origin origin);
Result<std::unique_ptr<Decoder>> make_brotli_decoder(Origin origin);
// Frames one after another are one body (RFC 8878 3.1). Windows over 8 MiB are refused (RFC 9659).
Result<std::unique_ptr<Decoder>> make_zstd_decoder(Origin origin);

}  // namespace tidegate::coding
