"""The tracking numbers people know, as a table: one row a format, each with its source.

A shape is read left to right: `d` a digit, `a` a letter, `x` either, `[..]` one of
these, capitals and digits themselves; `{n}` repeats, `{m,n}` at most once a shape;
blanks are for the eye.

Sources: tnd = jkeen/tracking_number_data 2.0.0, couriers/*.json, with its test numbers;
others are named in full.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from vapr.route import check_digits as cd
from vapr.route.check_digits import ALPHANUMERIC, CheckDigit

_SETS = {"d": ALPHANUMERIC[:10], "a": ALPHANUMERIC[10:], "x": ALPHANUMERIC}
_TOKEN = re.compile(r"(\[[^]]+\]|[0-9A-Zdax])(?:\{(\d+)(?:,(\d+))?\})?")

COUNTRIES = frozenset(
    re.findall(
        "..",
        "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCD"
        "CFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGF"
        "GGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKN"
        "KPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNA"
        "NCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
        "SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVI"
        "VNVUWFWSYEYTYUZAZMZW",
    )
)
"""ISO 3166-1 alpha-2, and YU, still printed: what an S10 number may end in."""


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table.

    `own_head`: it begins with characters of its own. The other rows are digits of some
    length, and one in ten numbers of any kind has the right check digit.
    `symbology`: the only one it is printed in, where so.
    """

    scheme: str
    carrier: str
    shape: str
    check: CheckDigit | None
    source: str
    symbology: str | None = None
    own_head: bool = True

    @property
    def rank(self) -> int:
        """The rank of a key of this format whose check digit, if any, is right."""
        return 3 if self.check and self.own_head else 2


def _bare(
    scheme: str,
    carrier: str,
    shape: str,
    check: CheckDigit | None,
    source: str,
    symbology: str | None = None,
) -> Format:
    return Format(scheme, carrier, shape, check, source, symbology, own_head=False)


FORMATS: tuple[Format, ...] = (
    Format("ups-1z", "ups", "1Z x{15} d", cd.UPS, "tnd ups; UPS Guide to Labeling"),
    Format("ups-waybill", "ups", "[AHJKTV] d{10}", cd.UPS_WAYBILL, "tnd ups"),
    Format("usps-impb", "usps", "9[1-5] d{20}", cd.GS1, "USPS Publication 199; tnd"),
    Format("usps-impb", "usps", "9[1-5] d{24}", cd.GS1, "USPS Publication 199; tnd"),
    Format("usps-impb", "usps", "9[1-5] d{28}", cd.GS1, "USPS Publication 199; tnd"),
    Format("fedex-20", "fedex", "61 d{18}", cd.GROUND_ECONOMY, "tnd usps_impb_c"),
    Format("sscc", "dhl", "00 d{18}", cd.GS1, "GS1 AI 00; paketda.de"),
    Format("s10", "post", "a{2} d{9} a{2}", cd.S10, "UPU S10 annex A; tnd s10"),
    Format("jd-piece", "yodel", "JD0002 d{12}", None, "tnd yodel"),
    Format("jd-piece", "dhl", "JD d{16,20}", None, "DHL label: prints JD, carries JJD"),
    Format("jd-piece", "dhl", "JD d{9,10}", None, "tnd dhl_express_piece_id"),
    Format("dhl-piece", "dhl", "J a{3} d{9,20}", None, "tnd dhl_express_piece_id"),
    Format("dhl-ecommerce", "dhl", "GM d{10,20}", None, "tnd dhl_ecommerce"),
    Format("dhl-ecommerce", "dhl", "GM d x{17,20}", None, "tnd dhl_ecommerce"),
    Format("dhl-ecommerce", "dhl", "[LR]X d{14,20}", None, "tnd dhl_ecommerce"),
    Format("amazon-tba", "amazon", "TB[ACM] d{12}", None, "tnd amazon_logistics"),
    Format("auspost", "auspost", "x{3} d{18}", cd.AUSPOST, "AusPost Parcel Post 1.4"),
    Format("auspost", "auspost", "x{5} d{18}", cd.AUSPOST, "as above, MLID of 5"),
    Format("startrack", "startrack", "x{4} d{8} a{3} d{5}", None, "AusPost spec 1.4"),
    Format("canpar", "canpar", "[CDKLSUXZ] d{21}", None, "tnd canpar_22"),
    Format("gofo", "gofo", "GFUS d{14}", None, "tnd gofo_us"),
    Format("landmark", "landmark", "LTN d{8} N1", None, "tnd landmark_global"),
    Format("lasership", "lasership", "L[AIEHNX][1-3] d{7}", None, "tnd lasership_lx"),
    Format("lasership", "lasership", "1LS7[12] d{10}", None, "tnd lasership_1ls7"),
    Format("lasership", "lasership", "1LS7[12] d{2} 01[1-4] d{6} 1", None, "tnd"),
    Format("lasership", "lasership", "1LSCX x{10}", None, "tnd lasership_1lscx"),
    Format("ontrac", "ontrac", "[CD] d{14}", cd.ONTRAC, "tnd ontrac_c, ontrac_d"),
    Format("spee-dee", "spee-dee", "SP d{18}", None, "tnd speedee"),
    Format("yunexpress", "yunexpress", "YT d{16}", None, "tnd yunexpress"),
    Format("sf", "sf", "SF d{12,15}", None, "SF waybill API sample (k5 of its QR)"),
    Format("jd", "jd", "JD[A-Z] d{11,13}", None, "JD.com package codes, public tests"),
    Format("evri", "evri", "H d{19}", None, "Hermes/Evri, public test data"),
    Format("postnl", "postnl", "3S a{4} d{7,9}", None, "DI 3S of ANSI MH10.8.2"),
    _bare("evri", "evri", "a x{5} d{10}", None, "PackageX Hermes rule"),
    _bare("purolator", "purolator", "a{3} d{9}", None, "tnd purolator_alpha"),
    _bare("amazon-intl", "amazon", "[AFC] d{10}", None, "tnd amazon_international"),
    _bare("usps-20", "usps", "[02578] d{19}", cd.USPS_LEGACY, "tnd usps_legacy"),
    _bare("usps-20", "usps", "[02578] d{19}", cd.GS1, "tnd usps_20"),
    _bare("fedex-12", "fedex", "d{12}", cd.FEDEX, "tnd fedex_12"),
    _bare("dpd", "dpd", "d{14} x", cd.MOD37, "DPD Label Specification 2.4.1; tnd"),
    _bare("fedex-15", "fedex", "d{15}", cd.GS1, "tnd fedex_ground"),
    _bare("purolator", "purolator", "[0-5] d{11}", cd.LUHN, "tnd purolator_numeric"),
    _bare("gls", "gls", "d{12}", cd.GLS, "GLS Uni-Box TechDoku 3.2.1"),
    _bare("yamato", "yamato", "d{12}", cd.MOD7, "nanoappli.com 369; gyomu.org 7DR"),
    _bare("dhl-identcode", "dhl", "d{12}", cd.POST, "paketda.de; wiki Leitcode", "itf"),
    _bare("dhl-express", "dhl", "d{10,11}", cd.MOD7, "tnd dhl_express"),
    _bare("old-dominion", "odfl", "77[78] d{8}", cd.LUHN, "tnd old_dominion"),
    _bare("old-dominion", "odfl", "072 d{8}", cd.LUHN, "tnd old_dominion"),
    _bare("old-dominion", "odfl", "780 d{8}", cd.LUHN, "tnd old_dominion"),
    _bare("old-dominion", "odfl", "80 d{9}", cd.LUHN, "tnd old_dominion guaranteed"),
    _bare("dhl-14", "dhl", "[56] d{13}", None, "tnd dhl_ecommerce_14", "code128"),
    _bare("hermes", "hermes", "d{14}", cd.GS1, "paketda.de", "code128"),
    _bare("canada-post", "canada-post", "d{16}", cd.GS1, "tnd canada_post"),
    _bare("swiss-post", "swiss-post", "99 d{16}", None, "Swiss Post parcel; memory"),
    _bare("sscc", "sscc", "d{18}", cd.GS1, "GS1 AI 00 without its 00; tnd"),
)
"""In order: where several formats fit a number, the first names its key."""


@cache
def places(shape: str, length: int) -> tuple[str, ...] | None:
    """The characters each place of a number of that length may hold; None: no fit."""
    tokens = [(s, int(m or 1), int(n or m or 1)) for s, m, n in _TOKEN.findall(shape)]
    slack = length - sum(least for _, least, _ in tokens)
    found: list[str] = []
    for symbol, least, most in tokens:
        extra = min(slack, most - least) if most > least else 0
        found += [_characters(symbol)] * (least + max(extra, 0))
    return tuple(found) if len(found) == length else None


def _characters(symbol: str) -> str:
    if symbol[0] != "[":
        return _SETS.get(symbol, symbol)
    inside = symbol[1:-1]
    if "-" not in inside:
        return inside
    first, last = ALPHANUMERIC.index(inside[0]), ALPHANUMERIC.index(inside[-1])
    return ALPHANUMERIC[first : last + 1]


@cache
def _of_length(length: int) -> tuple[tuple[re.Pattern[str], Format], ...]:
    rows = ((places(row.shape, length), row) for row in FORMATS)
    return tuple(
        (re.compile("".join(f"[{of}]" for of in cells)), row)
        for cells, row in rows
        if cells
    )


def formats_of(number: str, symbology: str | None = None) -> Iterator[Format]:
    """Every format a number of 0-9 A-Z fits, check digit and all; in table order."""
    for pattern, row in _of_length(len(number)):
        if not pattern.fullmatch(number):
            continue
        if symbology and row.symbology and row.symbology != symbology:
            continue
        if row.check and not row.check.holds(number):
            continue
        if row.scheme == "s10" and number[11:] not in COUNTRIES:
            continue
        if row.scheme != "auspost" or not number.isdigit():
            yield row
