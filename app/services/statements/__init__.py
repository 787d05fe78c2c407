"""Read bank statements: bytes to rows, saying what was read, asking where two readings fit.

``read`` finds encoding, table, layout and styles, and says so in a sentence; ``parse`` streams the
rows. Nothing here knows a database, a request or an account: the caller hands over bytes and
stores what comes back.
"""

from app.services.statements.dates import FORMATS
from app.services.statements.errors import MappingError, StatementRefused
from app.services.statements.layouts import LAYOUTS, Layout
from app.services.statements.mapping import Mapping
from app.services.statements.parsing import Batch, RejectedRow, StatementRow, parse
from app.services.statements.reading import Reading, read
from app.services.statements.survey import Question

DATE_FORMATS = tuple(FORMATS)

__all__ = [
    "DATE_FORMATS",
    "LAYOUTS",
    "Batch",
    "Layout",
    "Mapping",
    "MappingError",
    "Question",
    "Reading",
    "RejectedRow",
    "StatementRefused",
    "StatementRow",
    "parse",
    "read",
]
