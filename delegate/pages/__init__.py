"""One module a feature: its routes, forms and queries. None knows another."""

from . import (
    account,
    agreements,
    board,
    demo,
    health,
    importing,
    method,
    pairs,
    people,
    plan,
    ratings,
    remarks,
    privacy,
    tasks,
    teams,
    today,
)

FEATURES = (
    account,
    agreements,
    board,
    demo,
    health,
    importing,
    method,
    pairs,
    people,
    plan,
    ratings,
    remarks,
    tasks,
    privacy,
    teams,
    today,
)
