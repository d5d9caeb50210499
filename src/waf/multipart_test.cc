#include "waf/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidegate::waf {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Bodies are written with \n; each stands for a CRLF.
std::string wire(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

struct Read {
  std::vector<std::string> texts;
  bool clean = false;
};

Read read(std::string_view body) {
  Arena arena;
  Parts parts;
  Read out;
  out.clean = read_multipart(body, "xx", arena, parts);
  for (const auto& one : parts.parts) {
    out.texts.push_back(std::string(guard::to_string(one.channel)) + " " + std::string(one.name) +
                        "=" + std::string(one.value));
  }
  for (const auto& one : parts.uploads) {
    out.texts.push_back("upload " + std::string(one.field) + " " + std::string(one.file_name) +
                        " " + std::string(one.media_type) + "=" + std::string(one.content));
  }
  return out;
}

TEST(Multipart, ReadsFieldsAndFiles) {
  const auto got =
      read(wire("--xx\nContent-Disposition: form-data; name=\"a\"\n\none\ntwo\n--xx\n"
                "content-disposition: form-data; name=\"f\"; filename=\"x%22.png\"\n"
                "Content-Type: image/png; q=1\n\nPNG\n--xx--\n"));
  EXPECT_TRUE(got.clean);
  EXPECT_THAT(got.texts, ElementsAre("name a=a", "field a=one\r\ntwo", "name f=f",
                                     "fileName f=x\".png", "upload f x\".png image/png=PNG"));
}

TEST(Multipart, TakesEmptyValuesAndEmptyFileControls) {
  const auto got =
      read(wire("--xx\nContent-Disposition: form-data; name=\"a\"\n\n\n--xx\n"
                "Content-Disposition: form-data; name=\"f\"; filename=\"\"\n\n\n--xx--"));
  EXPECT_TRUE(got.clean);
  EXPECT_THAT(got.texts, ElementsAre("name a=a", "name f=f"));
}

TEST(Multipart, TellsWhatOthersCouldReadDifferently) {
  const std::vector<std::string> bodies = {
      "pre\n--xx\nContent-Disposition: form-data; name=a\n\n1\n--xx--",       // a preamble
      "--xx\nContent-Disposition: form-data; name=a\n\n1\n--xx--\nepilogue",  // an epilogue
      "--xx\nContent-Disposition: form-data; name=a\n\n1",                    // no end
      "--xx\nContent-Disposition: form-data; name=a; name=b\n\n1\n--xx--",    // two names
      "--xx\nContent-Disposition: form-data; name=a; filename*=u''x\n\n1\n--xx--",
      "--xx\nContent-Disposition: form-data; name=\"a\\\"; b\"\n\n1\n--xx--",  // a hidden end
      "--xx\nContent-Disposition: form-data\n\n1\n--xx--",                     // no name
      "--xx\nContent-Disposition: attachment; name=a\n\n1\n--xx--",
      "--xx\nContent-Disposition : form-data; name=a\n\n1\n--xx--",
      "--xx\nContent-Disposition: form-data;\n name=a\n\n1\n--xx--",  // folded
      "--xx\nContent-Disposition: form-data; name=a\nContent-Transfer-Encoding: "
      "base64\n\n1\n--xx--",
      "--xxy\nContent-Disposition: form-data; name=a\n\n1\n--xx--",
  };
  for (const auto& body : bodies) EXPECT_FALSE(read(wire(body)).clean) << body;
  EXPECT_FALSE(read("--xx\nContent-Disposition: form-data; name=a\n\n1\n--xx--").clean);  // bare LF
  EXPECT_FALSE(read("").clean);
}

TEST(Multipart, LooksAtWhatItTells) {
  EXPECT_THAT(read(wire("--xx\nContent-Disposition: form-data; name=a; filename=\"x.txt\"; "
                        "filename*=UTF-8''y.php\n\n1\n--xx--"))
                  .texts,
              ElementsAre("name a=a", "fileName a=UTF-8''y.php", "upload a UTF-8''y.php =1"));
}

TEST(Multipart, StopsAtTheNumberOfParts) {
  std::string body;
  for (std::size_t i = 0; i <= kMaxFormParts; ++i) {
    body += "--xx\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n";
  }
  Arena arena;
  Parts parts;
  EXPECT_FALSE(read_multipart(body + "--xx--", "xx", arena, parts));
  EXPECT_THAT(parts.flaws, ElementsAre(Flaw::kTooManyParts));
}

TEST(Multipart, FindsBoundaries) {
  EXPECT_EQ(find_boundary("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(find_boundary("multipart/form-data; charset=x; Boundary=\"a b\""), "a b");
  for (const auto* const type :
       {"multipart/form-data", "multipart/form-data; boundary=", "m; boundary=a; boundary=b",
        "m; boundary=a{b", "m; boundary=\"ab \""}) {
    EXPECT_FALSE(find_boundary(type)) << type;
  }
}

}  // namespace
}  // namespace tidegate::waf
