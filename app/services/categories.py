"""Categories: a tree of what money is for."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, select

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.models.base import session
from app.models.categories import Category
from app.models.splits import Split
from app.models.transactions import Transaction

# (name, color, icon, names of children), by type
STARTER_SET: dict[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]] = {
    "expense": (
        ("Home", "#4263eb", "home", ("Rent", "Utilities", "Household")),
        ("Food", "#2fb344", "basket", ("Groceries", "Restaurants")),
        ("Transport", "#f76707", "car", ("Public transport", "Fuel", "Taxi")),
        ("Shopping", "#ae3ec9", "shopping-bag", ("Clothing", "Electronics")),
        ("Health", "#d63939", "heart", ("Pharmacy", "Doctor")),
        ("Leisure", "#d6336c", "ticket", ("Subscriptions", "Sport", "Going out")),
        ("Travel", "#17a2b8", "plane", ()),
        ("Insurance", "#667382", "shield", ()),
        ("Education", "#0ca678", "school", ()),
        ("Gifts and donations", "#f59f00", "gift", ()),
        ("Fees and taxes", "#49566c", "receipt-tax", ()),
        ("Cash", "#74b816", "cash", ()),
    ),
    "income": (
        ("Salary", "#2fb344", "briefcase", ()),
        ("Interest and dividends", "#0ca678", "trending-up", ()),
        ("Refunds", "#4299e1", "receipt-refund", ()),
        ("Other income", "#667382", "coins", ()),
    ),
}
DEFAULT_COLOR = "#667382"
DEFAULT_ICON = "tag"


def record_starter_set(ledger_id: int) -> None:
    """Give a new ledger categories to start with; two statements, however many there are."""
    roots: list[Category] = []
    names_below: list[Sequence[str]] = []
    for type_, some in STARTER_SET.items():
        for name, color, icon, children in some:
            look = {"type": type_, "color": color, "icon": icon}
            roots.append(Category(ledger_id=ledger_id, name=name, **look))
            names_below.append(children)
    session.add_all(roots)
    session.flush()
    session.add_all(
        Category(
            ledger_id=ledger_id,
            name=name,
            parent_id=root.id,
            type=root.type,
            color=root.color,
            icon=root.icon,
        )
        for root, names in zip(roots, names_below, strict=True)
        for name in names
    )
    session.flush()


def find_all(ledger_id: int) -> Sequence[Category]:
    """Return the ledger's categories by name, archived ones too."""
    query = select(Category).where(Category.ledger_id == ledger_id).order_by(Category.name)
    return session.scalars(query).all()


def in_tree_order(categories: Iterable[Category]) -> list[tuple[Category, int]]:
    """Return categories with their depth (0 for roots), children right behind their parent."""
    children: dict[int | None, list[Category]] = {}
    for category in categories:
        children.setdefault(category.parent_id, []).append(category)
    ordered: list[tuple[Category, int]] = []
    stack = [(root, 0) for root in reversed(children.get(None, []))]
    while stack:
        category, depth = stack.pop()
        ordered.append((category, depth))
        stack += [(child, depth + 1) for child in reversed(children.get(category.id, []))]
    return ordered


def descendants(ledger_id: int, category_id: int) -> list[int]:
    """Return the ids of a category and everything below it; empty when there is no such one."""
    below = (
        select(Category.id)
        .where(Category.ledger_id == ledger_id, Category.id == category_id)
        .cte("below", recursive=True)
    )
    below = below.union(select(Category.id).where(Category.parent_id == below.c.id))
    return list(session.scalars(select(below.c.id)))


def record(
    ledger_id: int, *, name: str, type: str, parent: Category | None, color: str, icon: str
) -> Category:
    """Add a category below ``parent``, whose type it must share."""
    _require_same_type(parent, type)
    category = Category(
        ledger_id=ledger_id,
        name=name,
        type=type,
        parent_id=parent.id if parent else None,
        color=color,
        icon=icon,
    )
    session.add(category)
    session.flush()
    return category


def amend(category: Category, **changes: object) -> None:
    """Change a category's name, color or icon."""
    for name, value in changes.items():
        setattr(category, name, value)
    session.flush()


def move(category: Category, parent: Category | None) -> None:
    """Put a category below another, or at the top. Invalid when that would close a circle."""
    _require_same_type(parent, category.type)
    if parent and parent.id in descendants(category.ledger_id, category.id):
        raise Invalid(errors={"parent_id": ["A category cannot be below itself."]})
    category.parent_id = parent.id if parent else None
    session.flush()


def archive(category: Category, archived: bool) -> None:
    """Take a category out of use, or back into it."""
    if archived != category.archived:
        category.archived_at = clock.now() if archived else None


def remove(category: Category) -> None:
    """Delete a category that nothing uses. Conflict otherwise: it can be archived."""
    if _is_used(category):
        raise Conflict("This category has transactions or categories in it. Archive it instead.")
    session.delete(category)
    session.flush()


def require_for(
    category: Category, kind: str, field: str = "category_id", *, kept: bool = False
) -> None:
    """Refuse a category of another type than the transaction's kind, beside the input ``field``.

    An archived one, too, unless the transaction had it and has ``kept`` it.
    """
    if category.type != kind:
        raise Invalid(errors={field: [f"{category.name} is a category for {category.type}."]})
    if category.archived and not kept:
        raise Invalid(errors={field: ["This category is archived."]})


def _require_same_type(parent: Category | None, type_: str) -> None:
    if parent and parent.type != type_:
        raise Invalid(errors={"parent_id": [f"{parent.name} is a category for {parent.type}."]})


def _is_used(category: Category) -> bool:
    users = (
        Transaction.category_id == category.id,
        Split.category_id == category.id,
        Category.parent_id == category.id,
    )
    return any(session.scalar(select(exists().where(user))) for user in users)
