// Whether a candidate that a pattern found is what it looks like: by its check digits, its date, or
// the rules of whoever issues it.
//
// Every function takes the text as it stands, with the separators its pattern allows. Thread: pure
// functions.   Source: each issuer's specification, named in the .cc files.
#pragma once

#include <string_view>

namespace tidegate::pii {

using Check = bool (*)(std::string_view text);

// Money
bool is_card(std::string_view text);
bool is_iban(std::string_view text);
bool is_us_aba(std::string_view text);
bool is_bitcoin(std::string_view text);
bool is_ethereum(std::string_view text);

// Contact and network
bool is_email(std::string_view text);
bool is_international_phone(std::string_view text);
bool is_us_phone(std::string_view text);
bool is_national_phone(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);
bool is_mac(std::string_view text);
bool is_url_with_password(std::string_view text);

// The Americas
bool is_us_ssn(std::string_view text);
// One of area 900 to 999, which is never issued: typed wrong, or made for a test.
bool is_unissued_us_ssn(std::string_view text);
bool is_us_itin(std::string_view text);
bool is_us_npi(std::string_view text);
bool is_us_mbi(std::string_view text);
bool is_ca_sin(std::string_view text);
bool is_mx_curp(std::string_view text);
bool is_br_cpf(std::string_view text);
bool is_br_cnpj(std::string_view text);
bool is_ar_cuit(std::string_view text);
bool is_cl_rut(std::string_view text);

// Western Europe
bool is_uk_nhs(std::string_view text);
bool is_uk_nino(std::string_view text);
bool is_ie_pps(std::string_view text);
bool is_de_tax_id(std::string_view text);
bool is_de_id_card(std::string_view text);
bool is_at_svnr(std::string_view text);
bool is_ch_ahv(std::string_view text);
bool is_fr_nir(std::string_view text);
bool is_be_nrn(std::string_view text);
bool is_nl_bsn(std::string_view text);
bool is_it_codice_fiscale(std::string_view text);
bool is_es_nif(std::string_view text);
bool is_es_nie(std::string_view text);
bool is_pt_nif(std::string_view text);

// Northern and eastern Europe
bool is_se_personnummer(std::string_view text);
bool is_fi_hetu(std::string_view text);
bool is_dk_cpr(std::string_view text);
bool is_no_fodselsnummer(std::string_view text);
bool is_pl_pesel(std::string_view text);
bool is_pl_nip(std::string_view text);
bool is_cz_rodne_cislo(std::string_view text);
bool is_ro_cnp(std::string_view text);
bool is_bg_egn(std::string_view text);
bool is_hr_oib(std::string_view text);
bool is_baltic_code(std::string_view text);
bool is_gr_amka(std::string_view text);

// Asia, Africa, Pacific
bool is_tr_tckn(std::string_view text);
bool is_il_id(std::string_view text);
bool is_za_id(std::string_view text);
bool is_in_aadhaar(std::string_view text);
bool is_in_pan(std::string_view text);
bool is_cn_resident_id(std::string_view text);
bool is_hk_id(std::string_view text);
bool is_tw_id(std::string_view text);
bool is_jp_my_number(std::string_view text);
bool is_kr_rrn(std::string_view text);
bool is_sg_nric(std::string_view text);
bool is_th_id(std::string_view text);
bool is_au_tfn(std::string_view text);
bool is_au_abn(std::string_view text);
bool is_au_medicare(std::string_view text);
bool is_nz_ird(std::string_view text);

// Keys and tokens
bool is_github_token(std::string_view text);  // ghp_..., npm_...: base 62 with a CRC
bool is_jwt(std::string_view text);
bool is_random(std::string_view text);           // as much entropy as a key has
bool is_assigned_secret(std::string_view text);  // name = value, with a value that is random

}  // namespace tidegate::pii
