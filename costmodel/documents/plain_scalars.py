"""What a plain scalar means, and what to write where a number was wanted.

YAML 1.1 reads ``NO`` as false, ``010`` as 8, ``12:30`` as 750 and ``1e6`` as text. Here a plain scalar is a
number, true, false, null or text by the rules below, and what programs differ on is refused with advice.
"""

import math
import re
import unicodedata
from decimal import Decimal, localcontext
from typing import TypeAlias

from costmodel.documents import problems as words
from costmodel.documents.problems import Message

Value: TypeAlias = str | int | float | bool | None

_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}
LETTERS = frozenset("yYnN")  # good names for a quantity, and read as true or false by hardly any program
_BOOLEAN_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "y"), "true"),
    **dict.fromkeys(("false", "no", "off", "n"), "false"),
}
_NOT_FINITE = re.compile(r"[-+]?\.?(?:nan|inf|infinity)", re.IGNORECASE)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"[-+]?0(?:[oO][0-7]+|[xX][0-9a-fA-F]+|[bB][01]+)")
_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)")
_OCTAL = re.compile(r"[-+]?0[0-7]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}[0-9:.]*[ \t]*(?:Z|[-+][0-9:]+)?)?"
    r"|[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}|[0-9]{4}([/.])[0-9]{1,2}\2[0-9]{1,2}"
)
_LONGEST_CONVERTED = 30


def read_plain(text: str) -> tuple[Value, Message | None]:
    """Return what an unquoted scalar is read as, and what is wrong with it; then the value is its text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text], None
    if text[0] in "+-.0123456789":
        return _read_numeric(text)
    word = text.lower()
    if word in _BOOLEAN_WORDS:
        return text, words.boolean_word(text, _BOOLEAN_WORDS[word])
    if word == "null":
        return text, words.null_word(text)
    return text, words.not_finite(text) if _NOT_FINITE.fullmatch(text) else None


def _read_numeric(text: str) -> tuple[Value, Message | None]:
    if _NUMBER.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            return text, words.not_finite(text)
        return int(text) if _INTEGER.fullmatch(text) else number, None
    if _NOT_FINITE.fullmatch(text):
        return text, words.not_finite(text)
    if _DATE.fullmatch(text):
        return text, words.date(text)
    if _SEXAGESIMAL.fullmatch(text):
        return text, words.sexagesimal(text)
    if _OTHER_BASE.fullmatch(text):
        number_meant = str(int(text, 0)) if len(text) <= _LONGEST_CONVERTED else ""
        return text, words.other_base(text, number_meant, number_meant)
    if "_" in text and _UNDERSCORED.fullmatch(text):
        return text, words.underscored(text)
    if zeros := _LEADING_ZERO.fullmatch(text):
        meant = zeros[1].replace("+", "") + zeros[2]
        octal = str(int(text, 8)) if _OCTAL.fullmatch(text) and len(text) <= _LONGEST_CONVERTED else meant
        return text, words.other_base(text, octal if octal != meant else "", meant)
    return text, None


# --------------------------------------------------------------------- what to write when a number was wanted


_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'", "‘": "'"})
_CURRENCY = re.compile(r"£|\$|€|\b(?:GBP|EUR|USD)\b", re.IGNORECASE)
_FRACTION = re.compile(r"(-?[0-9]+) ?/ ?([1-9][0-9]*)")
_YEARS = re.compile(r"(?:19|20)[0-9]{2} ?/ ?(?:[0-9]{2}|[0-9]{4})")
_SCALED = re.compile(r"(.*?) ?(%|per ?cent|pc|k|thousand|m|mn|million|bn|billion)?", re.IGNORECASE)
_POWER_OF_TEN = {"%": -2, "p": -2, "k": 3, "t": 3, "m": 6, "b": 9}
_COMMAS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]*)?")
_POINTS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[0-9]*,[0-9]+")
_BETWEEN_THOUSANDS = re.compile(r"(?<=[0-9])[ '_](?=[0-9]{3}(?![0-9]))")
_DIGITS = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_LONGEST_ADVISED = 60


def number_advice(text: str) -> str:
    """Return what to write for a text that stands where a number was wanted, or an empty string.

    ``1,234`` gives ``write 1234``, ``£5,000`` ``write 5000``, ``5%`` ``write 0.05``, ``1.234,50``
    ``write 1234.5``, ``1.5m`` ``write 1500000``, ``(46)`` ``write -46``, ``13/31`` ``write "= 13 / 31"``. A
    single comma before three digits is taken to part thousands, as it does in Britain.
    """
    if len(text) > _LONGEST_ADVISED:
        return ""
    if _NUMBER.fullmatch(text.strip()):
        return f"write {text.strip()} without quotes"
    plain_text = " ".join(unicodedata.normalize("NFKC", text).translate(_MINUS).split())
    plain_text = "".join(_ascii_digit(character) for character in plain_text)
    if _YEARS.fullmatch(plain_text):
        return ""
    if fraction := _FRACTION.fullmatch(plain_text):
        return f'write "= {fraction[1]} / {fraction[2]}"'
    number = _meant(plain_text)
    return "" if number is None else f"write {number}"


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _meant(text: str) -> str | None:
    in_brackets = text.startswith("(") and text.endswith(")")
    text = _CURRENCY.sub("", text[1:-1] if in_brackets else text).strip()
    negative = in_brackets != text.startswith("-")
    scaled = _SCALED.fullmatch(_CURRENCY.sub("", re.sub(r"^[-+]", "", text)).strip())
    if scaled is None:
        return None
    digits = _without_separators(scaled[1])
    if not _DIGITS.fullmatch(digits):
        return None
    power = _POWER_OF_TEN[scaled[2][0].lower()] if scaled[2] else 0
    with localcontext(prec=2 * _LONGEST_ADVISED):
        number = Decimal(digits).scaleb(power).normalize()
    return f"{-number if negative else number:f}"


def _without_separators(digits: str) -> str:
    digits = _BETWEEN_THOUSANDS.sub("", digits)
    if _COMMAS.fullmatch(digits):
        return digits.replace(",", "")
    if _POINTS.fullmatch(digits) and ("," in digits or digits.count(".") > 1):
        return digits.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(digits):
        return digits.replace(",", ".")
    return digits
