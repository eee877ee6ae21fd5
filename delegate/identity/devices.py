"""What people call the browser that they sign in with. Knows nothing of requests.

Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/User-Agent
"""

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""What is in a User-Agent header, and what people call it: the first that is there."""

NAMELESS = _("A browser without a name")


def of(agent: str) -> str:
    """Return the browser and the system that a User-Agent header tells of.

    >>> of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox/Linux'
    >>> of("curl/8.0")
    '/'
    """
    return f"{first(BROWSERS, agent)}/{first(SYSTEMS, agent)}"


def first(known: Sequence[tuple[str, str]], agent: str) -> str:
    return next((name for sign, name in known if sign in agent), "")


def words(device: str) -> str:
    """Return what `of` gave as words for the reader: "Firefox on Linux"."""
    browser, _slash, system = device.partition("/")
    both = gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return str(both if browser and system else browser or system or NAMELESS)
