#include "pii/check/checks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pii/check/digits.h"

namespace tidegate::pii {
namespace {

// Whether one wrong digit is always seen.
enum class Strict : bool { kNo, kYes };

struct Case {
  std::string_view name;
  Check check;
  Strict strict;
  std::vector<std::string_view> good;
  std::vector<std::string_view> bad;
};

constexpr auto kYes = Strict::kYes;
constexpr auto kNo = Strict::kNo;

// Good ones were computed by another implementation (python-stdnum) or are the issuer's specimens.
const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"card",
       is_card,
       kYes,
       {"4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011111111111117",
        "30569309025904", "3530111333300000", "2223003122003222", "6200000000000005"},
       {"4532-1234-5678-9012", "0000000000000000", "1234567812345670", "411111111111111"}},
      {"iban",
       is_iban,
       kYes,
       {"DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO9386011117947",
        "fr1420041010050500013M02606", "MT84MALT011000012345MTLCAST001S"},
       {"DE89 3704 0044 0532 0130", "XX89370400440532013000", "GB29NWBK6016133192681"}},
      {"us_aba",
       is_us_aba,
       kYes,
       {"288072902", "021000021"},
       {"000000000", "991000024", "02100002"}},
      {"bitcoin",
       is_bitcoin,
       kNo,
       {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
       {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "bc1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0"}},
      {"ethereum",
       is_ethereum,
       kNo,
       {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"},
       {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", "0x5aAeb6"}},

      {"email",
       is_email,
       kNo,
       {"ann@example.org", "a.b+c@mail.example.co.uk", "jörg@münchen.de", "x_1%y@a-b.io"},
       {"image@2x.png", "a@localhost", "a..b@c.de", ".a@c.de", "a@b", "a@c.d3", "a@-c.de",
        "user@host.invalid"}},
      {"international phone",
       is_international_phone,
       kNo,
       {"+49 30 901820", "+1 (212) 555-2368", "+44 20 7946 0958", "0086 138 0013 8000",
        "+351912345678"},
       {"+1 112 555 2368", "+0123456789", "+281 2345678", "+49 30", "+4930901820123456"}},
      {"us phone",
       is_us_phone,
       kNo,
       {"(212) 555-2368", "1-212-555-2368"},
       {"(112) 555-2368", "212-155-2368", "211-555-2368", "212-555-236"}},
      {"ipv4",
       is_ipv4,
       kNo,
       {"10.1.2.3", "192.168.0.254"},
       {"256.1.1.1", "127.0.0.1", "0.0.0.0", "1.2.3", "255.255.255.0", "01.2.3.4"}},
      {"ipv6",
       is_ipv6,
       kNo,
       {"2001:db8::8a2e:370:7334", "fe80::1", "1:2:3:4:5:6:7:8"},
       {"::1", "10:20:30", "12:34:56:78", "1::2::3", "2001:db8"}},
      {"mac", is_mac, kNo, {"00:1b:44:11:3a:b7"}, {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}},
      {"url with password",
       is_url_with_password,
       kNo,
       {"postgres://bob:s3cret@db.example.org:5432", "https://u:p@h"},
       {"https://u@h", "https://u:${PASS}@h", "https://u:<password>@h", "https://u:****@h"}},

      {"us_ssn",
       is_us_ssn,
       kNo,
       {"526-01-8159", "083016613"},
       {"000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "123-45-6789",
        "078-05-1120", "111-11-1111"}},
      {"us_ssn, not issued",
       is_unissued_us_ssn,
       kNo,
       {"900-12-3456"},
       {"526-01-8159", "900-00-3456", "900-12-0000", "999-99-9999"}},
      {"us_itin", is_us_itin, kNo, {"909-96-0308", "981909378"}, {"909-93-0308", "809-70-0308"}},
      {"us_npi", is_us_npi, kYes, {"1234567893", "1245319599"}, {"3234567893"}},
      {"us_mbi", is_us_mbi, kNo, {"1EG4-TE5-MK73"}, {"1SG4-TE5-MK73", "0EG4-TE5-MK73"}},
      {"ca_sin", is_ca_sin, kYes, {"261 675 136", "128-452-984"}, {"046 454 286", "000000000"}},
      {"mx_curp", is_mx_curp, kYes, {"BOXW310820HNERXN09"}, {"BOXW311320HNERXN09"}},
      {"br_cpf", is_br_cpf, kYes, {"587.355.706-36", "21487740000"}, {"111.111.111-11"}},
      {"br_cnpj", is_br_cnpj, kYes, {"45.589.338/3498-03", "28295023621976"}, {"00000000000000"}},
      {"ar_cuit", is_ar_cuit, kYes, {"30-51405832-2", "20053545459"}, {"25-51405832-2"}},
      {"cl_rut",
       is_cl_rut,
       kNo,
       {"15.531.115-0", "25.627.980-0", "12.678.579-8"},
       {"15.531.115-1", "11.111.111-K"}},

      {"uk_nhs", is_uk_nhs, kYes, {"924 120 9577", "7391603813", "943-476-5919"}, {"0000000000"}},
      {"uk_nino",
       is_uk_nino,
       kNo,
       {"AB123456C", "ce 12 34 56 a"},
       {"BG123456A", "QQ123456C", "AO123456C", "AB123456E", "DA123456A"}},
      {"ie_pps", is_ie_pps, kYes, {"8813141GA", "1415151NB", "1234567T"}, {"1234567A"}},
      {"de_tax_id",
       is_de_tax_id,
       kYes,
       {"31 114 052 968", "97041569232", "86095742719"},
       {"11111111111", "01234567890", "12345678903"}},
      {"de_id_card", is_de_id_card, kYes, {"T220001293"}, {"L01X00T471X"}},
      {"at_svnr", is_at_svnr, kYes, {"8128 200972", "5021080268"}, {"0128200972"}},
      {"ch_ahv", is_ch_ahv, kYes, {"756.1559.8310.86", "7564985208187"}, {"7571559831086"}},
      {"fr_nir",
       is_fr_nir,
       kYes,
       {"2 81 05 75 051 512 92", "271087539699480", "1 55 08 2A 123 456 96"},
       {"581057505151292", "281137505151292"}},
      {"be_nrn",
       is_be_nrn,
       kYes,
       {"74.02.25-694.27", "94060836553", "17073003384"},
       {"74.13.25-694.27"}},
      {"nl_bsn", is_nl_bsn, kYes, {"901214735", "870405950"}, {"000000000"}},
      {"it_codice_fiscale",
       is_it_codice_fiscale,
       kYes,
       {"RCCMNL83S18D969H", "rccmnl83s18d969h"},
       {"RCCMNL83F18D969H"}},
      {"es_nif", is_es_nif, kYes, {"28006135R", "08746623E", "54362315-K"}, {"00000000T"}},
      {"es_nie", is_es_nie, kYes, {"Z4718716H", "Y6234523L", "x-2482300-w"}, {"W2482300W"}},
      {"pt_nif", is_pt_nif, kYes, {"145038491", "171987195"}, {"445038491", "111111111"}},

      {"se_personnummer",
       is_se_personnummer,
       kYes,
       {"850706-1243", "641023-3388", "198507061243"},
       {"851306-1243"}},
      {"fi_hetu", is_fi_hetu, kNo, {"280664-358Y", "070881-5409"}, {"280664-358X", "310264-358Y"}},
      {"dk_cpr", is_dk_cpr, kNo, {"240950-9427"}, {"320950-9427", "241350-9427"}},
      {"no_fodselsnummer",
       is_no_fodselsnummer,
       kYes,
       {"231065 23649", "27016937695"},
       {"23136523649"}},
      {"pl_pesel",
       is_pl_pesel,
       kYes,
       {"51051911508", "69102792778", "02270803624"},
       {"51131911508"}},
      {"pl_nip", is_pl_nip, kYes, {"372-683-76-39", "7757175615"}, {"0000000000"}},
      {"cz_rodne_cislo", is_cz_rodne_cislo, kYes, {"591201/5330", "8307032085"}, {"591301/5330"}},
      {"ro_cnp", is_ro_cnp, kYes, {"2930118266491", "2900920401195"}, {"0930118266491"}},
      {"bg_egn", is_bg_egn, kYes, {"9612155774", "6810069880"}, {"9613155774"}},
      {"hr_oib", is_hr_oib, kYes, {"96800803638", "95816475051"}, {"00000000000"}},
      {"baltic_code",
       is_baltic_code,
       kYes,
       {"47111107963", "38902119521", "47611149803", "46012100341"},
       {"97111107963"}},
      {"gr_amka", is_gr_amka, kYes, {"11035165189", "03096704808"}, {"11135165189"}},

      {"tr_tckn", is_tr_tckn, kYes, {"40133701290", "98702137322"}, {"00133701290"}},
      {"il_id", is_il_id, kYes, {"788717312", "597619451", "343534079"}, {"000000000"}},
      {"za_id", is_za_id, kYes, {"9008270421088", "8712287412086"}, {"9013270421088"}},
      {"in_aadhaar", is_in_aadhaar, kYes, {"8182 7379 9217", "916454487497"}, {"116454487497"}},
      {"in_pan", is_in_pan, kNo, {"HYMCP3759N", "GCRHR2802D"}, {"HYMXP3759N"}},
      {"cn_resident_id",
       is_cn_resident_id,
       kYes,
       {"310104195805076798", "110101196011047694"},
       {"310104195813076798"}},
      {"hk_id", is_hk_id, kYes, {"A123456(3)", "AB987654(3)"}, {"A123457(3)"}},
      {"tw_id", is_tw_id, kYes, {"A123456789"}, {"A323456789"}},
      {"jp_my_number", is_jp_my_number, kYes, {"1234 5678 9018", "123456789018"}, {"111111111111"}},
      {"kr_rrn", is_kr_rrn, kNo, {"791019-1103505", "680419-1471043"}, {"791319-1103505"}},
      {"sg_nric",
       is_sg_nric,
       kYes,
       {"S1234567D", "T1234567J", "F1234567N", "G1234567X", "M1234567K"},
       {"S1234567E", "A1234567D"}},
      {"th_id", is_th_id, kYes, {"3-2353-84986-97-5", "1061776742972"}, {"0235384986975"}},
      {"au_tfn", is_au_tfn, kYes, {"212 321 819", "277942259"}, {"000 000 000"}},
      {"au_abn", is_au_abn, kYes, {"28 170 409 667", "89357822239"}, {"01170409667"}},
      {"au_medicare", is_au_medicare, kNo, {"2123 45670 1"}, {"2123 45671 1", "1123 45670 1"}},
      {"nz_ird",
       is_nz_ird,
       kYes,
       {"32-383-785", "27018904", "49091850", "136410132"},
       {"09125568", "11111111"}},

      {"github token",
       is_github_token,
       kNo,
       {"ghp_"
        "aB3dE5gH7jK9mN1pQ3sT5vW7yZ0cD20ui0lt",
        "npm_"
        "Zq8Wn4Xc6Vb2Nm1Lk3Jh5Gf7Ds9Aa02aVjaq"},
       {"ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ0cD3000000", "ghp_short"}},
      {"jwt",
       is_jwt,
       kNo,
       {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"},
       {"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVC.x.y", "eyJzdWIiOiIxIn0.x.y", "eyJ*.x.y"}},
      {"random",
       is_random,
       kNo,
       {"AKIA3QXN5T7WZ2VB6KLM"},
       {"AKIAIOSFODNN7EXAMPLE", "short1", "sk-aaaaaaaaaaaaaaaa1"}},
      {"assigned secret",
       is_assigned_secret,
       kNo,
       {"password = 'tR7#kq92LmX0'", "api_key: 9f8e7d6c5b4a39281706"},
       {"password: your-password-1", "secret = process.env.SECRET1", "password = aaaaaaaaaaaa1",
        "password: correcthorsebattery"}},
  };
  return all;
}

TEST(Checks, TakeWhatIsIssuedAndNothingElse) {
  for (const auto& row : cases()) {
    for (const auto text : row.good) EXPECT_TRUE(row.check(text)) << row.name << " " << text;
    for (const auto text : row.bad) EXPECT_FALSE(row.check(text)) << row.name << " " << text;
  }
}

TEST(Checks, SeeEveryWrongDigit) {
  for (const auto& row : cases()) {
    if (row.strict == kNo) continue;
    for (const auto text : row.good) {
      const auto at = text.find_last_of("0123456789");
      for (char digit = '0'; digit <= '9'; ++digit) {
        std::string other(text);
        other[at] = digit;
        if (other != text) EXPECT_FALSE(row.check(other)) << row.name << " " << other;
      }
    }
  }
}

TEST(Checks, AreSafeOnAnyText) {
  for (const auto& row : cases()) {
    for (const std::string_view text :
         {"x", "-", "....", "((((((((", "@", "://", "_", "\xff\xfe"}) {
      EXPECT_FALSE(row.check(text)) << row.name << " " << text;
    }
    for (const auto text : row.good) {
      for (std::size_t size = 1; size <= text.size(); ++size) {
        row.check(text.substr(0, size));
        row.check(text.substr(text.size() - size));
      }
    }
  }
}

TEST(Dates, AreDaysOfTheCalendar) {
  EXPECT_TRUE(is_date(2000, 2, 29));
  EXPECT_FALSE(is_date(1900, 2, 29));
  EXPECT_TRUE(is_date(96, 2, 29));
  EXPECT_FALSE(is_date(97, 2, 29));
  EXPECT_FALSE(is_date(97, 4, 31));
  EXPECT_FALSE(is_date(97, 0, 1));
}

}  // namespace
}  // namespace tidegate::pii
