"""The files of known banks, as data: header names, and what the bank fixes about its figures.

A layout is recognised when every name of its signature stands in the header row, in any order,
compared trimmed and case-folded. What the bank fixes is stated; what it does not (None, or several
date formats) is decided from the rows like that of an unknown file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from app.core.money import currencies
from app.services.statements.mapping import Mapping

_BOOKED = (
    "completed",
    "complete",
    "booked",
    "gebucht",
    "umsatz gebucht",
    "settled",
    "posted",
    "cleared",
)


def fold(name: str) -> str:
    """Return a header name as it is compared: no byte-order mark, single spaces, case folded."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


@dataclass(frozen=True)
class Layout:
    """One file layout of one bank; ``columns`` and ``optional`` name the header of each meaning."""

    id: str
    name: str
    columns: dict[str, str | tuple[str, ...]]
    optional: dict[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()  # further names that tell this layout from others
    date_formats: tuple[str, ...] = ("YYYY-MM-DD",)
    decimal: str | None = "."
    positive_means: str | None = "in"
    out_words: tuple[str, ...] = ()
    in_words: tuple[str, ...] = ()
    guarded: bool = False  # text is Outlay's own: kept to the letter, spreadsheet guard taken off

    @cached_property
    def signature(self) -> frozenset[str]:
        """The folded header names that must all be there."""
        names = [*self.also]
        for header in self.columns.values():
            names.extend([header] if isinstance(header, str) else header)
        return frozenset(map(fold, names))

    def mapping(self, headers: Sequence[str]) -> Mapping:
        """Return the mapping for a header row that holds the signature."""
        at = {fold(name): i for i, name in reversed([*enumerate(headers)])}
        found = {k: at[fold(v)] for k, v in self.columns.items() if isinstance(v, str)}
        found.update({k: at[fold(v)] for k, v in self.optional.items() if fold(v) in at})
        texts = self.columns.get("description", ())
        description = found.pop("description", None)
        several = tuple(at[fold(name)] for name in texts) if isinstance(texts, tuple) else ()
        return Mapping(
            **found,
            description=several if description is None else (description,),
            out_words=self.out_words,
            in_words=self.in_words,
            booked_words=_BOOKED if "status" in found else (),
            date_format=self.date_formats[0] if len(self.date_formats) == 1 else None,
            decimal=self.decimal,
            positive_means=self.positive_means,
        )


LAYOUTS: Final = (
    Layout(
        "outlay",
        "Outlay",
        {
            "date": "date",
            "description": "description",
            "amount": "amount",
            "currency": "currency",
            "category": "category",
            "account": "account",
        },
        optional={
            "payee": "payee",
            "notes": "notes",
            "reference": "id",
            "tags": "tags",
            "lines": "lines",
            "to_amount": "to_amount",
        },
        guarded=True,
    ),
    Layout(
        "n26",
        "N26",
        {
            "date": "Booking Date",
            "payee": "Partner Name",
            "description": "Payment Reference",
            "amount": "Amount (EUR)",
        },
        also=("Value Date", "Partner Iban"),
    ),
    Layout(
        "n26",
        "N26",
        {
            "date": "Date",
            "payee": "Payee",
            "description": "Payment reference",
            "amount": "Amount (EUR)",
        },
        optional={"category": "Category"},
        also=("Account number", "Transaction type"),
    ),
    Layout(
        "n26",
        "N26",
        {
            "date": "Datum",
            "payee": "Empfänger",
            "description": "Verwendungszweck",
            "amount": "Betrag (EUR)",
        },
        optional={"category": "Kategorie"},
        also=("Kontonummer", "Transaktionstyp"),
    ),
    Layout(
        "ing-nl",
        "ING (NL)",
        {
            "date": "Datum",
            "payee": "Naam / Omschrijving",
            "direction": "Af Bij",
            "amount": "Bedrag (EUR)",
            "description": "Mededelingen",
        },
        optional={"notes": "Mutatiesoort", "balance": "Saldo na mutatie"},
        also=("Rekening", "Tegenrekening", "Code"),
        date_formats=("YYYYMMDD",),
        decimal=",",
        out_words=("Af",),
        in_words=("Bij",),
    ),
    Layout(
        "ing-nl",
        "ING (NL)",
        {
            "date": "Date",
            "payee": "Name / Description",
            "direction": "Debit/credit",
            "amount": "Amount (EUR)",
            "description": "Notifications",
        },
        optional={"notes": "Transaction type", "balance": "Resulting balance"},
        also=("Account", "Counterparty", "Code"),
        date_formats=("YYYYMMDD",),
        decimal=None,
        out_words=("Debit",),
        in_words=("Credit",),
    ),
    Layout(
        "dkb",
        "DKB",
        {
            "date": "Buchungsdatum",
            "status": "Status",
            "payer": "Zahlungspflichtige*r",
            "payee": "Zahlungsempfänger*in",
            "description": "Verwendungszweck",
            "amount": "Betrag (€)",
        },
        also=("Wertstellung", "Umsatztyp"),
        date_formats=("DD.MM.YY",),
        decimal=",",  # with a thousands point and no trailing zeros: 1.000 is a thousand
    ),
    Layout(
        "chase",
        "Chase card",
        {
            "date": "Transaction Date",
            "description": "Description",
            "category": "Category",
            "amount": "Amount",
        },
        optional={"notes": "Memo"},
        also=("Post Date", "Type"),
        date_formats=("MM/DD/YYYY",),
    ),
    Layout(
        "chase",
        "Chase checking",
        {
            "date": "Posting Date",
            "description": "Description",
            "amount": "Amount",
            "balance": "Balance",
        },
        also=("Details", "Type", "Check or Slip #"),
        date_formats=("MM/DD/YYYY",),
    ),
    Layout(
        "revolut",
        "Revolut",
        {
            "date": "Completed Date",
            "description": "Description",
            "amount": "Amount",
            "fee": "Fee",
            "currency": "Currency",
            "status": "State",
            "balance": "Balance",
            "product": "Product",
        },
        also=("Type", "Started Date"),
    ),
    Layout(
        "rabobank",
        "Rabobank",
        {
            "date": "Datum",
            "amount": "Bedrag",
            "balance": "Saldo na trn",
            "currency": "Munt",
            "reference": "Volgnr",
            "payee": "Naam tegenpartij",
            "description": ("Omschrijving-1", "Omschrijving-2", "Omschrijving-3"),
            "product": "IBAN/BBAN",
        },
        also=("Rentedatum",),
        decimal=",",
    ),
    Layout(
        "bunq",
        "bunq",
        {"date": "Datum", "amount": "Bedrag", "payee": "Naam", "description": "Omschrijving"},
        also=("Rekening", "Tegenrekening"),
        decimal=None,
    ),
    Layout(
        "bunq",
        "bunq",
        {"date": "Date", "amount": "Amount", "payee": "Name", "description": "Description"},
        also=("Account", "Counterparty"),
        decimal=None,
    ),
    Layout(
        "sparkasse",
        "Sparkasse",
        {
            "date": "Buchungstag",
            "amount": "Betrag",
            "currency": "Waehrung",
            "payee": "Beguenstigter/Zahlungspflichtiger",
            "description": "Verwendungszweck",
            "notes": "Buchungstext",
            "status": "Info",
        },
        also=("Auftragskonto", "Valutadatum"),
        date_formats=("DD.MM.YY", "DD.MM.YYYY"),
        decimal=",",
    ),
    Layout(
        "monzo",
        "Monzo",
        {
            "date": "Date",
            "reference": "Transaction ID",
            "payee": "Name",
            "category": "Category",
            "amount": "Amount",
            "currency": "Currency",
            "notes": "Notes and #tags",
            "description": "Description",
        },
        optional={"balance": "Balance"},
        also=("Time", "Type", "Emoji"),
        date_formats=("DD/MM/YYYY",),
    ),
)
"""Every layout Outlay recognises; one bank may have several under the same id."""

_IN_HEADER = re.compile(r"\(([A-Z]{3}|[€£])\)")


def recognise(headers: Sequence[str], wanted: str | None = None) -> Layout | None:
    """Return the layout with the largest signature in the header row, among those asked for."""
    names = frozenset(map(fold, headers))
    fitting = [x for x in LAYOUTS if wanted in (None, x.id) and x.signature <= names]
    return max(fitting, key=lambda layout: len(layout.signature), default=None)


def header_currency(header: str) -> str | None:
    """Return the currency a header names in brackets, as in ``Amount (EUR)`` or ``Betrag (€)``."""
    found = _IN_HEADER.search(header)
    code = {"€": "EUR", "£": "GBP"}.get(found[1], found[1]) if found else None
    return code if code in currencies() else None
