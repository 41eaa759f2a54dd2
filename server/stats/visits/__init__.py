"""How people came: page views, visits and what came of them, and who brought whom by share links."""
