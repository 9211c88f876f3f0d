"""The carriers' check digits.

Each function takes what stands before the check character and returns the character
that has to follow.

Sources: tnd = jkeen/tracking_number_data 2.0.0 (CHECKSUM_ALGORITHMS.md and the test
numbers of its couriers/*.json), GS1 General Specifications 7.9, UPU S10, ISO/IEC 7064,
USPS Publication 199; for the German schemes paketda.de and the GLS Uni-Box manual.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from operator import mul

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {character: value for value, character in enumerate(ALPHANUMERIC)}


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """A check-digit rule: its name, how to compute it, where it stands in a number."""

    name: str
    compute: Callable[[str], str]
    at: int = -1

    def split(self, number: str) -> tuple[str, str, str]:
        """The number cut in three: before the check character, it, and after it."""
        place = self.at % len(number)
        return number[:place], number[place], number[place + 1 :]

    def holds(self, number: str) -> bool:
        """Whether the check character of the number is the one it should have."""
        before, character, _ = self.split(number)
        return self.compute(before) == character

    def mend(self, number: str) -> str:
        """The number with its check character recomputed."""
        before, _, after = self.split(number)
        return before + self.compute(before) + after


def _weighted(digits: str, weights: str) -> int:
    return sum(map(mul, map(int, digits), cycle(map(int, weights))))


def gs1_digit(body: str) -> str:
    """Weights 3, 1 from the right, modulo 10 (GS1 7.9.1; USPS Pub 199; tnd)."""
    odd = sum(map(int, body[::-2]))
    even = sum(map(int, body[-2::-2]))
    return str(-(3 * odd + even) % 10)


def usps_legacy_digit(body: str) -> str:
    """As GS1 with 91 in front, which is not printed (tnd usps_legacy)."""
    return gs1_digit("91" + body)


def ground_economy_digit(body: str) -> str:
    """As GS1 with 92 in front, which FedEx does not print (tnd usps_impb_c)."""
    return gs1_digit("92" + body)


def ups_digit(body: str) -> str:
    """UPS: after "1Z"; letters are (ASCII - 3) mod 10; weights 1, 2 (tnd ups)."""
    return _ups_sum(body[2:])


def ups_waybill_digit(body: str) -> str:
    """UPS waybill: the digits after the letter, as 1Z (tnd ups waybill)."""
    return _ups_sum(body[1:])


def _ups_sum(body: str) -> str:
    values = [(ord(c) - 3) % 10 if c > "9" else int(c) for c in body]
    return str(-(sum(values[::2]) + 2 * sum(values[1::2])) % 10)


def fedex_digit(body: str) -> str:
    """Weights 1, 3, 7 from the right; modulo 11, then modulo 10 (tnd fedex_12)."""
    return str(_weighted(body[::-1], "137") % 11 % 10)


def s10_digit(body: str) -> str:
    """UPU S10: weights 8 6 4 2 3 5 9 7 on the eight digits after two letters."""
    rest = 11 - _weighted(body[2:10], "86423597") % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def mod7_digit(body: str) -> str:
    """The number modulo 7 (DHL Express: tnd; Yamato and Sagawa: gyomu.org 7DR)."""
    return str(int(body) % 7)


def mod37_character(body: str) -> str:
    """ISO/IEC 7064 Mod 37,36 (DPD Parcel Label Specification 2.4.1, by way of tnd)."""
    rest = 36
    for character in body:
        rest = ((rest + _VALUE[character]) % 36 or 36) * 2 % 37
    return ALPHANUMERIC[(37 - rest) % 36]


def gls_digit(body: str) -> str:
    """Weights 3, 1 from the left, plus one, modulo 10 (GLS Uni-Box TechDoku 3.2.1)."""
    return str(-(_weighted(body, "31") + 1) % 10)


def post_digit(body: str) -> str:
    """Deutsche Post Identcode and Leitcode: weights 4, 9 from the left, modulo 10."""
    return str(-_weighted(body, "49") % 10)


def auspost_digit(body: str) -> str:
    """Australia Post: letters count as ASCII mod 10, then as GS1."""
    return gs1_digit("".join(c if c <= "9" else str(ord(c) % 10) for c in body))


def ontrac_digit(body: str) -> str:
    """OnTrac: C reads 4 and D reads 5, then weights 1, 2, modulo 10 (tnd ontrac)."""
    return _ups_sum({"C": "4", "D": "5"}.get(body[0], "") + body[1:])


def luhn_digit(body: str) -> str:
    """Luhn, ISO/IEC 7812-1 (Purolator, Old Dominion: tnd)."""
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in body[::-2])
    return str(-(doubled + sum(map(int, body[-2::-2]))) % 10)


GS1 = CheckDigit("GS1 mod 10", gs1_digit)
USPS_LEGACY = CheckDigit("GS1 mod 10 with 91", usps_legacy_digit)
GROUND_ECONOMY = CheckDigit("GS1 mod 10 with 92", ground_economy_digit)
UPS = CheckDigit("UPS 1Z", ups_digit)
UPS_WAYBILL = CheckDigit("UPS waybill", ups_waybill_digit)
FEDEX = CheckDigit("FedEx mod 11", fedex_digit)
S10 = CheckDigit("UPU S10", s10_digit, at=10)
MOD7 = CheckDigit("mod 7", mod7_digit)
MOD37 = CheckDigit("ISO 7064 Mod 37,36", mod37_character)
GLS = CheckDigit("GLS mod 10", gls_digit)
POST = CheckDigit("Deutsche Post 4/9", post_digit)
AUSPOST = CheckDigit("Australia Post", auspost_digit)
ONTRAC = CheckDigit("OnTrac", ontrac_digit)
LUHN = CheckDigit("Luhn", luhn_digit)
