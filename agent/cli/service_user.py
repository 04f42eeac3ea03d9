"""Which user a writing command runs as: the owner of the agent's state, whoever typed the command.

A file left behind by root would lock the service out of its own state, so root becomes the service user.
"""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path

from agent.cli.console import Console
from agent.errors import AgentError
from agent.paths import locate
from contract.text import T

SERVICE_USER = "sinergi"
_CREDENTIALS = Path("/run/credentials/sinergi.service")


class NotTheServiceUser(AgentError):
    """The command writes the agent's state, which belongs to another user."""

    slug, code = "not-the-service-user", "SIKD-E451"


def become_service_user(console: Console) -> None:
    """Run as the owner of the state folder from here on; raises NotTheServiceUser where that cannot be."""
    paths = locate(console.environment)
    folder = paths.state_dir
    if not _exists(folder):
        return
    owner = folder.stat().st_uid
    if os.geteuid() == 0 and owner != 0:
        account = pwd.getpwuid(owner)
        if _exists(paths.config_file):
            _make_run_dir(paths.run_dir, account)
        os.initgroups(account.pw_name, account.pw_gid)
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(owner, owner, owner)
        console.note(T("Continuing as the service user {user}.", user=account.pw_name))
    else:
        require_service_user(console)


def require_service_user(console: Console) -> None:
    """Raise NotTheServiceUser where this user neither owns the state folder nor can become its owner."""
    folder = locate(console.environment).state_dir
    if _exists(folder) and os.geteuid() not in {0, owner := folder.stat().st_uid}:
        raise _not_the_owner(folder, owner, console)


def environment_for_vault(console: Console) -> dict[str, str]:
    """The environment, with the folder in which systemd keeps the service's credentials where it is open."""
    found = dict(console.environment)
    if "CREDENTIALS_DIRECTORY" not in found and os.access(_CREDENTIALS, os.R_OK | os.X_OK):
        found["CREDENTIALS_DIRECTORY"] = str(_CREDENTIALS)
    return found


def _make_run_dir(folder: Path, account: pwd.struct_passwd) -> None:
    """What systemd does where the service runs: after each boot the folder of status.json is made anew."""
    # Only where nobody but root could put something else into its place.
    with suppress(OSError):
        if folder.parent.stat().st_uid == 0 and not folder.parent.stat().st_mode & 0o022:
            folder.mkdir(mode=0o755)
            os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _exists(folder: Path) -> bool:
    try:
        return folder.exists()
    except PermissionError:
        # A folder above it is closed to this user; opening the state will say so.
        return False


def _not_the_owner(folder: Path, owner: int, console: Console) -> NotTheServiceUser:
    me, other = _name(os.geteuid()), _name(owner)
    return NotTheServiceUser(
        T(
            "This command works in {folder}, which belongs to {other}; you are {me}.",
            folder=folder,
            other=other,
            me=me,
        ),
        remedy=T("Run it with sudo: `sudo {command}`.", command=console.command),
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
