#include "postgres/scram.h"

#include <gtest/gtest.h>

namespace tidegate::postgres {
namespace {

// RFC 7677, section 3.
constexpr std::string_view kNonce = "rOprNGfwEbeRWgbNEkqO";
constexpr std::string_view kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

Scram make() { return Scram("user", Secret("pencil"), kNonce); }

TEST(Scram, SaysWhatTheStandardsExampleSays) {
  Scram scram = make();
  EXPECT_EQ(scram.first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
  const auto message = scram.final_message(kServerFirst);
  ASSERT_TRUE(message);
  EXPECT_EQ(*message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
  EXPECT_TRUE(scram.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
}

TEST(Scram, TakesNoServerThatDoesNotKnowThePassword) {
  Scram scram = make();
  EXPECT_EQ(scram.check("v=").error().code, ErrorCode::kForbidden);
  ASSERT_TRUE(scram.final_message(kServerFirst));
  EXPECT_EQ(scram.check("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=").error().code,
            ErrorCode::kForbidden);
  EXPECT_EQ(scram.check("v=").error().code, ErrorCode::kForbidden);
  EXPECT_EQ(scram.check("e=other-error").error().code, ErrorCode::kMalformed);
}

TEST(Scram, RefusesFirstMessagesThatAreWrong) {
  const std::string ours(kNonce);
  for (const std::string& wrong :
       {std::string(), std::string("r="), "r=" + ours + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        std::string("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"), "r=" + ours + "x,s=,i=4096",
        "r=" + ours + "x,s=!,i=4096", "r=" + ours + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=x",
        "r=" + ours + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0",
        "r=" + ours + "x,i=4096,s=W22ZaJ0SNY7soEsUEjb6gQ=="}) {
    EXPECT_EQ(make().final_message(wrong).error().code, ErrorCode::kMalformed) << wrong;
  }
  EXPECT_EQ(
      make().final_message("r=" + ours + "x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999").error().code,
      ErrorCode::kForbidden);
}

TEST(Scram, HasAnotherNonceEachTime) {
  EXPECT_EQ(make_nonce().size(), 24U);
  EXPECT_NE(make_nonce(), make_nonce());
}

}  // namespace
}  // namespace tidegate::postgres
