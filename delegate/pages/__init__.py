"""One module a feature: its routes, forms and queries. None knows another."""

from . import (
    account,
    agreements,
    board,
    health,
    importing,
    method,
    people,
    ratings,
    tasks,
    today,
)

FEATURES = (
    account,
    agreements,
    board,
    health,
    importing,
    method,
    people,
    ratings,
    tasks,
    today,
)
