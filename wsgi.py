"""What a web server runs: `app`, set up from the environment."""

from delegate import create_app

app = create_app()
