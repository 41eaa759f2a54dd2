"""Currencies by ISO 4217: which there are, and how many digits the minor unit of each has; the one table of the server and the pages.

Source: list one of ISO 4217 as SIX publishes it, of 1 January 2026. The tables of CLDR, which browsers bring, differ from it: they say how
prices are usually written (HUF 0, IQD 0), not what a minor unit is.
"""

DIGITS_ELSEWHERE = 2
_CODES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_CODES_IN_USE = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
    COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
    IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF
    YER ZAR ZMW ZWG
    """
CODES = frozenset(_CODES_IN_USE.split())
"""The codes that are money in use; metals, funds' units and codes for tests are not among them."""
MINOR_DIGITS = {code: digits for digits, codes in _CODES_BY_DIGITS.items() for code in codes.split()}
"""Digits after the point where they are not two."""


def minor_digits(currency: str) -> int:
    """Return how many digits stand after the point of an amount in `currency`, an ISO 4217 code."""
    return MINOR_DIGITS.get(currency, DIGITS_ELSEWHERE)


_HEAD = "// Written by `python -m server.generate` from server/currencies.py (ISO 4217); edit that file.\n\n"


def as_typescript() -> str:
    """Return the digits as the pages have them."""
    rows = "".join(f"  {code}: {digits},\n" for code, digits in sorted(MINOR_DIGITS.items()))
    told = "/** Digits of a currency's minor unit where they are not two. */\n"
    return f"{_HEAD}{told}export const MINOR_DIGITS: Readonly<Record<string, number>> = {{\n{rows}}};\n"


def codes_as_typescript() -> str:
    """Return the codes as the pages have them, where one is chosen: viewers never need them."""
    codes = "".join(f'  "{code}",\n' for code in sorted(CODES))
    return f"{_HEAD}/** Currencies that are in use. */\nexport const CURRENCIES: readonly string[] = [\n{codes}];\n"
