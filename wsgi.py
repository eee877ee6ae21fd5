"""What a web server runs: `app`, set up from the environment.

All that is loaded here stays for good. So garbage is not looked for while it comes in,
nor in it afterwards: it takes a seventh of the start, and much of a large page.
"""

import gc

gc.disable()

from delegate import create_app  # noqa: E402

app = create_app()

gc.freeze()
gc.set_threshold(50_000, 20, 100)
gc.enable()
