"""Brings the catalogues up to date with the words of the mails: make messages.

Named languages are added. What has no translation yet is empty in a catalogue; what changed a
little is marked fuzzy, and counts as missing until somebody has read it and removed the mark.
"""

import datetime as dt
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.core.translations import SOURCE, languages, path_of

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("mail/**", "jinja2.ext:babel_extract")]
OPTIONS = {"mail/**": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
HEADER = "# What Outlay says in other languages. Kept by: make messages"


def main(added: list[str]) -> int:
    """Update every catalogue, and begin those of the languages to add; returns the exit status."""
    template = extract()
    for language in sorted({*languages(), *added} - {SOURCE}):
        catalogue = updated(language, template)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, catalogue, width=96, sort_by_file=True, include_lineno=False,
                     ignore_obsolete=True)  # fmt: skip
        print(f"{language}: {len(catalogue)} messages, {len(unfinished(catalogue))} to translate")
    return 0


def extract() -> Catalog:
    """Return every message of the templates, without translations."""
    template = Catalog(charset="utf-8")
    found = extract_from_dir(ROOT / "templates", METHODS, OPTIONS, comment_tags=["translators:"])
    for name, line, message, comments, context in found:
        where = [(f"templates/{name}", line)]
        template.add(message, locations=where, auto_comments=comments, context=context)
    return template


def updated(language: str, template: Catalog) -> Catalog:
    """Return a language's catalogue with just the messages of the template."""
    catalogue = _stored(language)
    template.creation_date = catalogue.creation_date  # only what is said changes the file
    catalogue.update(template)
    catalogue.header_comment = HEADER
    return catalogue


def unfinished(catalogue: Catalog) -> list[str]:
    """Return what a catalogue does not say yet, in English."""
    return [forms(message.id)[0] for message in catalogue if message.id and not _is_said(message)]


def forms(words: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """Return the singular and plurals of a message, or the one form it has; "" for none."""
    return list(words) if isinstance(words, tuple | list) else [words or ""]


def _is_said(message: Message) -> bool:
    return not message.fuzzy and all(forms(message.string))


def _stored(language: str) -> Catalog:
    if not path_of(language).exists():
        return Catalog(language, project="Outlay", version="1", fuzzy=False, charset="utf-8",
                       msgid_bugs_address="none", revision_date=dt.datetime.now(dt.UTC),
                       last_translator="Outlay contributors", language_team="none")  # fmt: skip
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
