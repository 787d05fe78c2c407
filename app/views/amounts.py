"""Amounts as people type them, turned into the plain decimals that schemas expect."""

import re
from fractions import Fraction

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from app.core.arithmetic import MOST_TOKENS, OPERATORS, ArithmeticFault, total
from app.core.money import digits

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_APOSTROPHES = str.maketrans({"\N{RIGHT SINGLE QUOTATION MARK}": "'"})
_SIGNS = str.maketrans(
    {"\N{MINUS SIGN}": "-", "\N{MULTIPLICATION SIGN}": "*", "\N{DIVISION SIGN}": "/"}
)
_OPERATOR = re.compile(r"([-+*/()])")
_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_LONGEST_SUM = 200


class Unclear(ValueError):
    """An amount that cannot be read, or in more than one way; the message is for a person."""


def plain_decimal(text: str, locale: str, currency: str) -> str:
    """Return an amount typed the way of ``locale`` as ``-1234.56``; Unclear if it is not one.

    A point before anything but three digits is a decimal point in every locale. Where points group
    thousands, ``1.234`` is that, unless the currency itself has three decimals: nobody can tell.
    """
    typed = _SPACES.sub(" ", text.strip()).translate(_APOSTROPHES).replace("\N{MINUS SIGN}", "-")
    sign, digits_typed = ("-", typed[1:].lstrip()) if typed[:1] == "-" else ("", typed)
    group, point = symbols(locale)
    plain = _PLAIN.fullmatch(digits_typed)
    local = _grouped(group, point, locale).fullmatch(digits_typed)
    if plain and local and point != "." and "." in digits_typed and digits(currency) == 3:
        raise Unclear(f"This can be read in two ways. Write it like {_example(locale, currency)}.")
    if local:
        return sign + digits_typed.replace(group, "").replace(point, ".")
    if plain:
        return sign + digits_typed
    raise Unclear(f"Not an amount. Write it like {_example(locale, currency)}.")


def summed(text: str, locale: str, currency: str) -> str:
    """Return an amount, or what a sum such as ``12.50+3*2`` comes to, as ``-1234.56``."""
    written = text.translate(_SIGNS)
    if not OPERATORS & set(written.strip()[1:]):
        return plain_decimal(text, locale, currency)
    parts = [part.strip() for part in _OPERATOR.split(written) if part.strip()]
    if len(text) > _LONGEST_SUM or len(parts) > MOST_TOKENS:
        raise Unclear("This is too long to be added up.")
    try:
        return total(
            [
                part if part in OPERATORS else Fraction(plain_decimal(part, locale, currency))
                for part in parts
            ]
        )
    except ArithmeticFault as fault:
        raise Unclear(str(fault)) from None


def symbols(locale: str) -> tuple[str, str]:
    """Return what groups digits, and what stands before the decimals."""
    group = _SPACES.sub(" ", get_group_symbol(locale)).translate(_APOSTROPHES)
    return group, get_decimal_symbol(locale)


def _grouped(group: str, point: str, locale: str) -> re.Pattern[str]:
    """Return the pattern of amounts, grouped or not; India groups by two digits before three."""
    last, others = Locale.parse(locale).decimal_formats[None].grouping
    g, p = re.escape(group), re.escape(point)
    whole = rf"([1-9]\d{{0,{others - 1}}}({g}\d{{{others}}})*{g}\d{{{last}}}|\d+)"
    return re.compile(rf"{whole}({p}\d+)?", re.ASCII)


def _example(locale: str, currency: str) -> str:
    _, point = symbols(locale)
    places = digits(currency)
    return f"1234{point}{'567'[:places]}" if places else "1234"
