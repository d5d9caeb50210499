#include "coding/coding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/arena.h"

namespace tidegate::coding {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Fields {
  Arena arena;
  http::HeaderMap map{arena};

  Fields& add(std::string_view name, std::string_view value) {
    map.add(name, value);
    return *this;
  }
  std::vector<Coding> read() const { return read_codings(map, Origin::kDownstream).value(); }
  Error error() const { return read_codings(map, Origin::kDownstream).error(); }
};

constexpr std::string_view kName = "Content-Encoding";

TEST(ReadCodings, KnowsEveryNameInAnyCase) {
  EXPECT_THAT(Fields().read(), IsEmpty());
  EXPECT_THAT(Fields().add(kName, "identity").read(), IsEmpty());
  EXPECT_THAT(Fields().add(kName, "GZip").read(), ElementsAre(Coding::kGzip));
  EXPECT_THAT(Fields().add(kName, "x-gzip").read(), ElementsAre(Coding::kGzip));
  EXPECT_THAT(Fields().add(kName, "deflate").read(), ElementsAre(Coding::kDeflate));
  EXPECT_THAT(Fields().add(kName, "br").read(), ElementsAre(Coding::kBrotli));
  EXPECT_THAT(Fields().add(kName, " zstd ").read(), ElementsAre(Coding::kZstd));
}

TEST(ReadCodings, KeepsTheOrderOverListsAndFields) {
  EXPECT_THAT(Fields().add(kName, "gzip ,, identity,\tbr").add(kName, "zstd").read(),
              ElementsAre(Coding::kGzip, Coding::kBrotli, Coding::kZstd));
}

TEST(ReadCodings, RefusesWhatItCannotUndo) {
  EXPECT_EQ(Fields().add(kName, "compress").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(Fields().add(kName, "identity").add(kName, "aes128gcm").error().detail,
            "content coding 'aes128gcm'");
  EXPECT_EQ(Fields().add(kName, std::string_view("gzip, gzip, gzip, gzip")).error().detail,
            "more than 3 content codings");
  EXPECT_EQ(Fields().add(kName, "gzip;q=1").error().code, ErrorCode::kUnsupported);
}

TEST(FitFields, DropsWhatIsSaidOfTheEncodedBytes) {
  Fields fields;
  fields.add("content-type", "text/plain").add("content-encoding", "gzip");
  fields.add("content-length", "7").add("Content-MD5", "x").add("content-digest", "sha-256=:x:");
  fields.add("Repr-Digest", "sha-256=:x:").add("digest", "x").add("accept-ranges", "bytes");
  fit_fields(fields.map);
  ASSERT_EQ(fields.map.size(), 1U);
  EXPECT_EQ(fields.map.find("content-type"), "text/plain");
}

TEST(FitFields, WeakensAStrongEntityTag) {
  Fields strong;
  strong.add("ETag", "\"abc\"");
  fit_fields(strong.map);
  EXPECT_EQ(strong.map.find("etag"), "W/\"abc\"");
  Fields weak;
  weak.add("etag", "W/\"abc\"");
  fit_fields(weak.map);
  EXPECT_EQ(weak.map.find("etag"), "W/\"abc\"");
}

}  // namespace
}  // namespace tidegate::coding
