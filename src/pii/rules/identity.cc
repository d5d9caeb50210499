#include <array>

#include "pii/rule.h"

namespace tidegate::pii {
namespace {

using enum Group;
constexpr auto kExact = Shape::kExact;

// clang-format off
constexpr std::array kRules = std::to_array<Rule>({
  {"us_ssn", "US_SSN", kIdentity, kExact, R"(\b\d{3}-\d{2}-\d{4}\b)", is_us_ssn, 85, "ssn|social security"},
  {"us_ssn", "US_SSN", kIdentity, kExact, R"(\b9\d{2}-\d{2}-\d{4}\b)", is_unissued_us_ssn, 55, "ssn|social security"},
  {"us_ssn", "US_SSN", kIdentity, kExact, R"(\b\d{3}[ .]\d{2}[ .]\d{4}\b)", is_us_ssn, 50, "ssn|social security"},
  {"us_ssn", "US_SSN", kIdentity, kExact, R"(\b\d{9}\b)", is_us_ssn, 20, "ssn|ssns|social security"},
  {"us_itin", "US_ITIN", kIdentity, kExact, R"(\b9\d{2}[ -]\d{2}[ -]\d{4}\b)", is_us_itin, 70, "itin|taxpayer|tax"},
  {"us_itin", "US_ITIN", kIdentity, kExact, R"(\b9\d{8}\b)", is_us_itin, 20, "itin|individual taxpayer"},
  {"us_npi", "US_NPI", kIdentity, kExact, R"(\b[12]\d{9}\b)", is_us_npi, 20, "npi|national provider|provider"},
  {"us_mbi", "US_MBI", kIdentity, kExact, R"(\b[1-9][a-z][0-9a-z]\d-?[a-z][0-9a-z]\d-?[a-z]{2}\d{2}\b)", is_us_mbi, 55, "medicare|mbi|beneficiary"},
  {"ca_sin", "CA_SIN", kIdentity, kExact, R"(\b\d{3}[ -]\d{3}[ -]\d{3}\b)", is_ca_sin, 40, "sin|social insurance|nas|assurance sociale"},
  {"ca_sin", "CA_SIN", kIdentity, kExact, R"(\b\d{9}\b)", is_ca_sin, 18, "sin|social insurance|assurance sociale"},
  {"mx_curp", "MX_CURP", kIdentity, kExact, R"(\b[a-z]{4}\d{6}[hmx][a-z]{5}[0-9a-z]\d\b)", is_mx_curp, 95, ""},
  {"br_cpf", "BR_CPF", kIdentity, kExact, R"(\b\d{3}\.\d{3}\.\d{3}-\d{2}\b)", is_br_cpf, 95, ""},
  {"br_cpf", "BR_CPF", kIdentity, kExact, R"(\b\d{11}\b)", is_br_cpf, 28, "cpf|cadastro"},
  {"br_cnpj", "BR_CNPJ", kIdentity, kExact, R"(\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b)", is_br_cnpj, 95, ""},
  {"br_cnpj", "BR_CNPJ", kIdentity, kExact, R"(\b\d{14}\b)", is_br_cnpj, 30, "cnpj"},
  {"ar_cuit", "AR_CUIT", kIdentity, kExact, R"(\b\d{2}-\d{8}-\d\b)", is_ar_cuit, 80, ""},
  {"ar_cuit", "AR_CUIT", kIdentity, kExact, R"(\b[23]\d{10}\b)", is_ar_cuit, 20, "cuit|cuil"},
  {"cl_rut", "CL_RUT", kIdentity, kExact, R"(\b\d{1,2}\.\d{3}\.\d{3}-[0-9k]\b)", is_cl_rut, 85, ""},
  {"cl_rut", "CL_RUT", kIdentity, kExact, R"(\b\d{7,8}-[0-9k]\b)", is_cl_rut, 40, "rut|run|rol único"},

  {"uk_nhs", "UK_NHS", kIdentity, kExact, R"(\b\d{3}[ -]\d{3}[ -]\d{4}\b)", is_uk_nhs, 30, "nhs|national health"},
  {"uk_nhs", "UK_NHS", kIdentity, kExact, R"(\b\d{10}\b)", is_uk_nhs, 20, "nhs|national health"},
  {"uk_nino", "UK_NINO", kIdentity, kExact, R"(\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b)", is_uk_nino, 75, "national insurance|nino|ni number"},
  {"ie_pps", "IE_PPS", kIdentity, kExact, R"(\b\d{7}[a-w][a-iw]?\b)", is_ie_pps, 50, "pps|ppsn"},
  {"de_tax_id", "DE_TAX_ID", kIdentity, kExact, R"(\b[1-9]\d \d{3} \d{3} \d{3}\b)", is_de_tax_id, 60, "steuer|tax"},
  {"de_tax_id", "DE_TAX_ID", kIdentity, kExact, R"(\b[1-9]\d{10}\b)", is_de_tax_id, 26, "steuer|steuer-id|steueridentifikationsnummer|idnr|tin|tax id"},
  {"de_id_card", "DE_ID_CARD", kIdentity, kExact, R"(\b[cfghjklmnprtvwxyz][0-9cfghjklmnprtvwxyz]{8}\d\b)", is_de_id_card, 30, "ausweis|personalausweis|ausweisnummer|id card|reisepass|passport"},
  {"at_svnr", "AT_SVNR", kIdentity, kExact, R"(\b[1-9]\d{3}[ -]?\d{6}\b)", is_at_svnr, 20, "svnr|sozialversicherung|sozialversicherungsnummer|sv-nummer"},
  {"ch_ahv", "CH_AHV", kIdentity, kExact, R"(\b756\.\d{4}\.\d{4}\.\d{2}\b)", is_ch_ahv, 95, ""},
  {"ch_ahv", "CH_AHV", kIdentity, kExact, R"(\b756\d{10}\b)", is_ch_ahv, 60, "ahv|avs"},
  {"fr_nir", "FR_NIR", kIdentity, kExact, R"(\b[1-478] ?\d{2} ?\d{2} ?\d[0-9ab] ?\d{3} ?\d{3} ?\d{2}\b)", is_fr_nir, 70, "sécurité sociale|securite sociale|nir|insee"},
  {"be_nrn", "BE_NRN", kIdentity, kExact, R"(\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b)", is_be_nrn, 90, ""},
  {"be_nrn", "BE_NRN", kIdentity, kExact, R"(\b\d{11}\b)", is_be_nrn, 27, "rijksregister|rijksregisternummer|registre national|insz|niss|national register"},
  {"nl_bsn", "NL_BSN", kIdentity, kExact, R"(\b\d{9}\b)", is_nl_bsn, 20, "bsn|burgerservicenummer|sofinummer|sofi"},
  {"it_codice_fiscale", "IT_CODICE_FISCALE", kIdentity, kExact, R"(\b[a-z]{6}[0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{3}[a-z]\b)", is_it_codice_fiscale, 95, ""},
  {"es_nif", "ES_NIF", kIdentity, kExact, R"(\b\d{8}[- ]?[a-z]\b)", is_es_nif, 70, "dni|nif"},
  {"es_nie", "ES_NIE", kIdentity, kExact, R"(\b[xyz]-?\d{7}-?[a-z]\b)", is_es_nie, 80, "nie"},
  {"pt_nif", "PT_NIF", kIdentity, kExact, R"(\b[1-35-9]\d{8}\b)", is_pt_nif, 20, "nif|contribuinte"},

  {"se_personnummer", "SE_PERSONNUMMER", kIdentity, kExact, R"(\b(?:19|20)?\d{6}[-+]\d{4}\b)", is_se_personnummer, 70, "personnummer"},
  {"se_personnummer", "SE_PERSONNUMMER", kIdentity, kExact, R"(\b(?:19|20)\d{10}\b)", is_se_personnummer, 30, "personnummer|samordningsnummer"},
  {"fi_hetu", "FI_HETU", kIdentity, kExact, R"(\b\d{6}[-+a-fu-y]\d{3}[0-9a-y]\b)", is_fi_hetu, 85, ""},
  {"dk_cpr", "DK_CPR", kIdentity, kExact, R"(\b\d{6}-\d{4}\b)", is_dk_cpr, 40, "cpr|cpr-nummer|personnummer"},
  {"no_fodselsnummer", "NO_FODSELSNUMMER", kIdentity, kExact, R"(\b\d{6} ?\d{5}\b)", is_no_fodselsnummer, 45, "fødselsnummer|fodselsnummer|personnummer|fnr|d-nummer"},
  {"pl_pesel", "PL_PESEL", kIdentity, kExact, R"(\b\d{11}\b)", is_pl_pesel, 30, "pesel"},
  {"pl_nip", "PL_NIP", kIdentity, kExact, R"(\b\d{3}-\d{3}-\d{2}-\d{2}\b)", is_pl_nip, 70, "nip"},
  {"pl_nip", "PL_NIP", kIdentity, kExact, R"(\b\d{10}\b)", is_pl_nip, 20, "nip"},
  {"cz_rodne_cislo", "CZ_RODNE_CISLO", kIdentity, kExact, R"(\b\d{6}/\d{4}\b)", is_cz_rodne_cislo, 80, ""},
  {"ro_cnp", "RO_CNP", kIdentity, kExact, R"(\b[1-9]\d{12}\b)", is_ro_cnp, 40, "cnp|cod numeric"},
  {"bg_egn", "BG_EGN", kIdentity, kExact, R"(\b\d{10}\b)", is_bg_egn, 20, "egn|егн"},
  {"hr_oib", "HR_OIB", kIdentity, kExact, R"(\b\d{11}\b)", is_hr_oib, 20, "oib"},
  {"baltic_code", "BALTIC_CODE", kIdentity, kExact, R"(\b[1-8]\d{10}\b)", is_baltic_code, 25, "isikukood|asmens kodas|personal code"},
  {"gr_amka", "GR_AMKA", kIdentity, kExact, R"(\b\d{11}\b)", is_gr_amka, 20, "amka|αμκα"},

  {"tr_tckn", "TR_TCKN", kIdentity, kExact, R"(\b[1-9]\d{10}\b)", is_tr_tckn, 30, "kimlik|tckn|tc no"},
  {"il_id", "IL_ID", kIdentity, kExact, R"(\b\d{9}\b)", is_il_id, 16, "teudat|zehut|israeli id|תעודת זהות"},
  {"za_id", "ZA_ID", kIdentity, kExact, R"(\b\d{13}\b)", is_za_id, 40, "id number|identity number|south african|rsa id"},
  {"in_aadhaar", "IN_AADHAAR", kIdentity, kExact, R"(\b[2-9]\d{3}[ -]\d{4}[ -]\d{4}\b)", is_in_aadhaar, 60, "aadhaar|aadhar|uidai"},
  {"in_aadhaar", "IN_AADHAAR", kIdentity, kExact, R"(\b[2-9]\d{11}\b)", is_in_aadhaar, 25, "aadhaar|aadhar|uidai"},
  {"in_pan", "IN_PAN", kIdentity, kExact, R"(\b[a-z]{3}[abcfghjklpt][a-z]\d{4}[a-z]\b)", is_in_pan, 60, "pan"},
  {"cn_resident_id", "CN_RESIDENT_ID", kIdentity, kExact, R"(\b[1-9]\d{5}(?:18|19|20)\d{9}[0-9x]\b)", is_cn_resident_id, 95, ""},
  {"hk_id", "HK_ID", kIdentity, kExact, R"(\b[a-z]{1,2}\d{6}\([0-9a]\))", is_hk_id, 80, "hkid"},
  {"tw_id", "TW_ID", kIdentity, kExact, R"(\b[a-z][1289]\d{8}\b)", is_tw_id, 60, "身分證|national id"},
  {"jp_my_number", "JP_MY_NUMBER", kIdentity, kExact, R"(\b\d{4}[ -]\d{4}[ -]\d{4}\b)", is_jp_my_number, 35, "my number|マイナンバー|個人番号|kojin bango"},
  {"jp_my_number", "JP_MY_NUMBER", kIdentity, kExact, R"(\b\d{12}\b)", is_jp_my_number, 20, "my number|マイナンバー|個人番号"},
  {"kr_rrn", "KR_RRN", kIdentity, kExact, R"(\b\d{6}-[1-8]\d{6}\b)", is_kr_rrn, 75, "주민등록번호|rrn"},
  {"kr_rrn", "KR_RRN", kIdentity, kExact, R"(\b\d{6}[1-8]\d{6}\b)", is_kr_rrn, 20, "주민등록번호|rrn|resident registration"},
  {"sg_nric", "SG_NRIC", kIdentity, kExact, R"(\b[stfgm]\d{7}[a-z]\b)", is_sg_nric, 80, "nric|fin"},
  {"th_id", "TH_ID", kIdentity, kExact, R"(\b\d-\d{4}-\d{5}-\d{2}-\d\b)", is_th_id, 90, ""},
  {"th_id", "TH_ID", kIdentity, kExact, R"(\b[1-8]\d{12}\b)", is_th_id, 30, "บัตรประชาชน|thai id|citizen id|national id"},
  {"au_tfn", "AU_TFN", kIdentity, kExact, R"(\b\d{3} \d{3} \d{2,3}\b)", is_au_tfn, 30, "tfn|tax file"},
  {"au_tfn", "AU_TFN", kIdentity, kExact, R"(\b\d{8,9}\b)", is_au_tfn, 18, "tfn|tax file"},
  {"au_abn", "AU_ABN", kIdentity, kExact, R"(\b\d{2} \d{3} \d{3} \d{3}\b)", is_au_abn, 60, "abn|business number"},
  {"au_abn", "AU_ABN", kIdentity, kExact, R"(\b\d{11}\b)", is_au_abn, 20, "abn|business number"},
  {"au_medicare", "AU_MEDICARE", kIdentity, kExact, R"(\b[2-6]\d{3} \d{5} \d{1,2}\b)", is_au_medicare, 65, "medicare"},
  {"au_medicare", "AU_MEDICARE", kIdentity, kExact, R"(\b[2-6]\d{9,10}\b)", is_au_medicare, 20, "medicare"},
  {"nz_ird", "NZ_IRD", kIdentity, kExact, R"(\b\d{2,3}-\d{3}-\d{3}\b)", is_nz_ird, 45, "ird|inland revenue"},
});
// clang-format on

}  // namespace

std::span<const Rule> identity_rules() { return kRules; }

}  // namespace tidegate::pii
