"""Names for SQLAlchemy's rows and queries whose columns a type cannot tell."""

from typing import Any

from sqlalchemy import Row, Select

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
