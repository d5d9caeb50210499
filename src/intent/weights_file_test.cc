#include "intent/weights_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

#include "embed/lexical.h"
#include "intent/train.h"

namespace tidegate::intent {
namespace {

using testing::HasSubstr;

LinearWeights trained() {
  const std::vector<Labeled> texts = {{"fix this bug", "code"},
                                      {"debug it", "code"},
                                      {"say hello in french", "translation"},
                                      {"translate this", "translation"},
                                      {"hi", ""}};
  return train(texts, embed::LexicalEmbedder(), {.epochs = 2, .folds = 2}).value().weights;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string refusal(std::string_view bytes, Verify verify = Verify::kHash) {
  const auto read = read_weights(bytes_of(bytes), verify);
  return read ? "read" : read.error().detail;
}

TEST(WeightsFile, IsReadAsItWasWritten) {
  const auto weights = trained();
  const auto read = read_weights(bytes_of(write_weights(weights)));
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(*read, weights);
}

TEST(WeightsFile, IsRefusedWhenAByteIsAnother) {
  const std::string good = write_weights(trained());
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{45}, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_THAT(refusal(bad), HasSubstr(at == 0 ? "no file of trained intents" : "damaged")) << at;
  }
}

TEST(WeightsFile, IsRefusedWhereverItIsCut) {
  const std::string good = write_weights(trained());
  for (std::size_t size = 0; size < good.size(); size += size < 400 ? 1 : 997) {
    EXPECT_NE(refusal(good.substr(0, size), Verify::kShape), "read") << size;
  }
  EXPECT_THAT(refusal(good + "x", Verify::kShape), HasSubstr("too long"));
}

TEST(WeightsFile, TellsWhichFileCannotBeRead) {
  const auto read = open_weights("/nowhere/intents.bin");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().detail, HasSubstr("/nowhere/intents.bin"));
}

}  // namespace
}  // namespace tidegate::intent
