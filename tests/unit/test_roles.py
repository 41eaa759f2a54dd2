"""Roles: the table of rights, and that it ends at the channel's border."""

from collections.abc import Callable

import pytest

from server.access.roles import (
    ANALYSTS,
    ROLES,
    is_staff,
    may_run_show,
    require_role,
    require_show_runner,
    require_staff,
    role_in,
)
from server.errors import RefusedError
from server.protocol.codes import Code


@pytest.mark.parametrize(
    ("may", "require", "who"),
    [
        (is_staff, require_staff, {"moderator", "host", "admin"}),
        (may_run_show, require_show_runner, {"host", "admin"}),
        (
            ANALYSTS.__contains__,
            lambda role: require_role(role, ANALYSTS),
            {"analyst", "host", "admin"},
        ),
    ],
)
def test_each_right_belongs_to_its_roles(
    may: Callable[[str], bool], require: Callable[[str], None], who: set[str]
) -> None:
    assert {role for role in ROLES if may(role)} == who
    for role in (*ROLES, "", "root"):
        if role in who:
            require(role)
        else:
            with pytest.raises(RefusedError) as refused:
                require(role)
            assert refused.value.code is Code.FORBIDDEN


def test_a_role_counts_in_its_own_channel_alone() -> None:
    assert role_in("host", "demo", "demo") == "host"
    assert role_in("admin", "demo", "other") == "viewer"
